# A proxy that misbehaves on demand, between gatehouse and a gatehoused. It is a program of its own, so that it goes on
# while a script waits: `expect -f proxy.tcl URL` prints its own URL, then takes commands on standard input, each
# answered by one line. faults.tcl is the other end.
#
#   rule TIMES PATTERN ACTION ?argument ...?     the newest rule that matches "METHOD PATH" and has times left wins
#   count PATTERN                                requests seen so far that match
#   clear                                        forgets the rules, answers what hangs with nothing
#
# Actions: `reply STATUS HEADERS BODY`, `raw BYTES` (sent as they are, then the connection ends), `hang`,
# `lose` (passes the request on, and cuts the connection instead of answering), `cut` (does not pass it on either),
# `late MS` (passes it on after so long).

namespace eval proxy {
    variable upstream       ;# {host port}
    variable rules {}       ;# newest first: {times pattern action ...}
    variable seen {}
    variable hanging {}
    variable request        ;# array by client channel: bytes so far
}

proc proxy::accept {client args} {
    variable request
    fconfigure $client -blocking 0 -translation binary
    set request($client) ""
    fileevent $client readable [list proxy::readable $client]
}

proc proxy::close_client {client} {
    variable request
    variable hanging
    catch { close $client }
    unset -nocomplain request($client)
    set hanging [lsearch -all -inline -not -exact $hanging $client]
}

proc proxy::readable {client} {
    variable request
    if {[catch { read $client } bytes] || ($bytes eq "" && [eof $client])} {
        close_client $client
        return
    }
    append request($client) $bytes
    set end [string first \r\n\r\n $request($client)]
    if {$end < 0} {
        return
    }
    set head [string range $request($client) 0 [expr {$end + 3}]]
    set length 0
    regexp -nocase -line {^content-length: *(\d+)} $head all length
    if {[string length $request($client)] < $end + 4 + $length} {
        return
    }
    set body [string range $request($client) $end+4 [expr {$end + 3 + $length}]]
    set request($client) ""
    handle $client $head $body
}

proc proxy::handle {client head body} {
    variable rules
    variable seen
    regexp {^(\S+ [^ ?]*)} $head what
    lappend seen $what
    set action pass
    for {set i 0} {$i < [llength $rules]} {incr i} {
        set rest [lassign [lindex $rules $i] times pattern]
        if {$times != 0 && [string match $pattern $what]} {
            set rules [lreplace $rules $i $i [list [expr {$times - 1}] $pattern {*}$rest]]
            set action $rest
            break
        }
    }
    do_[lindex $action 0] $client $head $body {*}[lrange $action 1 end]
}

proc proxy::answer {client bytes} {
    catch {
        fconfigure $client -blocking 1
        puts -nonewline $client $bytes
        flush $client
    }
    close_client $client
}

proc proxy::do_reply {client head body status headers text} {
    set bytes [encoding convertto utf-8 $text]
    set lines "HTTP/1.1 $status Answer\r\nContent-Length: [string length $bytes]\r\nConnection: close\r\n"
    foreach header $headers {
        append lines [encoding convertto utf-8 $header] \r\n
    }
    answer $client $lines\r\n$bytes
}

proc proxy::do_raw {client head body bytes} {
    answer $client [encoding convertto utf-8 $bytes]
}

proc proxy::do_hang {client head body} {
    variable hanging
    lappend hanging $client
}

proc proxy::do_cut {client head body} {
    close_client $client
}

proc proxy::do_late {client head body ms} {
    after $ms [list proxy::do_pass $client $head $body]
}

proc proxy::do_pass {client head body} {
    forward $client $head $body answer
}

proc proxy::do_lose {client head body} {
    forward $client $head $body lost
}

proc proxy::lost {client bytes} {
    close_client $client
}

# One connection a request: the answer is whatever comes until the other side ends it.
proc proxy::forward {client head body finish} {
    variable upstream
    if {[catch { socket {*}$upstream } server]} {
        close_client $client
        return
    }
    fconfigure $server -blocking 0 -translation binary
    regsub -nocase -line {^connection:.*\r\n} $head "" head
    regsub {\r\n} $head "\r\nConnection: close\r\n" head
    puts -nonewline $server $head$body
    flush $server
    set ::proxy::reply($server) ""
    fileevent $server readable [list proxy::relay $server $client $finish]
}

proc proxy::relay {server client finish} {
    variable reply
    catch { append reply($server) [read $server] }
    if {![eof $server]} {
        return
    }
    set bytes $reply($server)
    unset reply($server)
    catch { close $server }
    $finish $client $bytes
}

proc proxy::command {} {
    variable rules
    variable seen
    variable hanging
    if {[gets stdin line] < 0} {
        exit 0
    }
    set rest [lassign $line verb]
    switch -- $verb {
        rule {
            set rules [linsert $rules 0 $rest]
            puts ok
        }
        count { puts [llength [lsearch -all $seen [lindex $rest 0]]] }
        clear {
            set rules {}
            foreach client $hanging {
                close_client $client
            }
            puts ok
        }
    }
    flush stdout
}

regexp {^http://([^:/]+):(\d+)} [lindex $argv 0] all host port
set proxy::upstream [list $host $port]
fconfigure stdin -encoding utf-8
fconfigure stdout -encoding utf-8
set listener [socket -server proxy::accept -myaddr 127.0.0.1 0]
puts http://127.0.0.1:[lindex [fconfigure $listener -sockname] 2]
flush stdout
fileevent stdin readable proxy::command
vwait forever
