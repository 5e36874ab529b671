# Driving the console on a server of the script's own.
#
#   console_start url ?option value ...?   opens the console with the credentials of the running server
#   console_line line                      types a line after `:`
#   console_fill {label text ...}          fills fields of the open form in order; "" goes on to the next
#   gh ?argument ...?                      runs gatehouse with the same credentials; its output, or an error
#   credential name                        out of the server's credentials file

proc credential {name} {
    set channel [open $programs::data/credentials]
    set text [read $channel]
    close $channel
    if {![regexp -line "^$name = (.*)\$" $text all value]} {
        error "no $name in the credentials"
    }
    return $value
}

proc console_options {url} {
    set file $::env(TEST_TMP)/secret
    set channel [open $file w 0600]
    puts $channel [credential secret]
    close $channel
    return [list --url $url --client-id [credential client_id] --secret-file $file]
}

proc console_start {url args} {
    start -env LC_ALL=C.UTF-8 $::env(GATEHOUSE_BIN) {*}[console_options $url] {*}$args
}

proc gh {url args} {
    lassign [cli {*}[console_options $url] {*}$args] status out err
    if {$status ne 0} {
        error "gatehouse $args: $status $err"
    }
    return $out
}

proc console_line {line} {
    type ":"
    wait_for {^:}
    type $line
    send_key Enter
}

proc console_fill {texts} {
    foreach text $texts {
        if {$text ne ""} {
            type $text
        }
        send_key Tab
    }
}
