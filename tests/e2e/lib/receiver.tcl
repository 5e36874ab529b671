# An HTTP server of the script's own, which keeps what it was sent and answers as it is told. It works while the
# script waits for something on the terminal.
#
#   receiver_start                     starts it on a free port of 127.0.0.1; returns its URL
#   receiver_answer status body ?header ...?     what every request gets from now on
#   receiver_answer_at path status body ?header ...?     what those of that path get instead
#   receiver_got                       the requests so far: dicts of method, path, headers (lower case), body
#   receiver_last                      the newest of them
#   sigv4 request id secret            the Authorization that AWS would want of the request (Signature Version 4),
#                                      reckoned by openssl from what arrived

namespace eval receiver {
    variable got {}
    variable answer {202 {} {}}
    variable socket
    variable bytes          ;# array by channel
    variable at             ;# array of answers by path
    array set at {}
}

proc receiver::accept {channel host port} {
    variable bytes
    fconfigure $channel -blocking 0 -translation binary
    fileevent $channel readable [list receiver::read $channel]
    set bytes($channel) ""
}

# Everything is read from the start: requests are small.
proc receiver::read {channel} {
    variable bytes
    append bytes($channel) [::read $channel]
    if {[eof $channel]} {
        close $channel
        return
    }
    set end [string first "\r\n\r\n" $bytes($channel)]
    if {$end < 0} {
        return
    }
    set lines [split [string map {"\r\n" "\n"} [string range $bytes($channel) 0 [expr {$end - 1}]]] "\n"]
    lassign [lindex $lines 0] method path
    set headers {}
    foreach line [lrange $lines 1 end] {
        regexp {^([^:]+):\s*(.*)$} $line all name value
        dict set headers [string tolower $name] [string trim $value]
    }
    set length [expr {[dict exists $headers content-length] ? [dict get $headers content-length] : 0}]
    set body [string range $bytes($channel) [expr {$end + 4}] end]
    if {[string length $body] < $length} {
        return
    }
    variable got
    lappend got [dict create method $method path $path headers $headers body $body]
    reply $channel $path
}

proc receiver::reply {channel path} {
    variable answer
    variable at
    lassign [expr {[info exists at($path)] ? $at($path) : $answer}] status body headers
    set text "HTTP/1.1 $status x\r\nContent-Length: [string length $body]\r\nConnection: close\r\n"
    foreach header $headers {
        append text "$header\r\n"
    }
    catch {
        puts -nonewline $channel "$text\r\n$body"
        close $channel
    }
}

proc receiver_start {} {
    set receiver::socket [socket -server receiver::accept -myaddr 127.0.0.1 0]
    return http://127.0.0.1:[lindex [fconfigure $receiver::socket -sockname] 2]
}

proc receiver_answer {status body args} {
    set receiver::answer [list $status $body $args]
}

proc receiver_answer_at {path status body args} {
    set receiver::at($path) [list $status $body $args]
}

proc receiver_got {} {
    return $receiver::got
}

proc receiver_last {} {
    return [lindex $receiver::got end]
}

proc request_header {request name} {
    return [dict get $request headers $name]
}

proc receiver::to_file {bytes} {
    set path $::env(TEST_TMP)/digest
    set channel [open $path w]
    fconfigure $channel -translation binary
    puts -nonewline $channel $bytes
    close $channel
    return $path
}

proc receiver::sha256 {bytes} {
    return [lindex [exec openssl dgst -sha256 -r [to_file $bytes]] 0]
}

proc receiver::hmac {key_hex bytes} {
    return [lindex [exec openssl dgst -sha256 -r -mac HMAC -macopt hexkey:$key_hex [to_file $bytes]] 0]
}

proc sigv4 {request id secret} {
    set headers [dict get $request headers]
    if {![regexp {Credential=[^/]+/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+),} \
              [dict get $headers authorization] all day region service names]} {
        error "no signature of version 4: [dict get $headers authorization]"
    }
    set canonical "[dict get $request method]\n[dict get $request path]\n\n"
    foreach name [split $names ";"] {
        append canonical "$name:[dict get $headers $name]\n"
    }
    append canonical "\n$names\n[receiver::sha256 [dict get $request body]]"
    set scope $day/$region/$service/aws4_request
    set text "AWS4-HMAC-SHA256\n[dict get $headers x-amz-date]\n$scope\n[receiver::sha256 $canonical]"
    set key [binary encode hex "AWS4$secret"]
    foreach part [list $day $region $service aws4_request] {
        set key [receiver::hmac $key $part]
    }
    return "AWS4-HMAC-SHA256 Credential=$id/$scope, SignedHeaders=$names, Signature=[receiver::hmac $key $text]"
}
