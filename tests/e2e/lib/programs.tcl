# The programs that a script starts beside the one on the terminal.
#
#   server_start ?argument ...?      a gatehoused on a free port with data in a folder of its own; returns its URL
#   server_stop                      SIGTERM; an error unless it ends with 0
#   cli ?argument ...?               runs gatehouse; returns {status stdout stderr}
#   sql query                        what sqlite3 says of the server's database, columns separated by |

namespace eval programs {
    variable channel "" pid 0 data ""
}

proc server_start {args} {
    set programs::data $::env(TEST_TMP)/data
    return [server_start_on $programs::data http://127.0.0.1:0 {*}$args]
}

proc server_start_on {folder listen args} {
    set log $::env(TEST_TMP)/server.log
    set programs::data $folder
    set programs::channel [open |[list $::env(GATEHOUSED_BIN) --listen $listen --data $folder {*}$args 2>>$log] r]
    set programs::pid [pid $programs::channel]
    if {[gets $programs::channel line] < 0 || ![regexp {^ready (\S+)$} $line all url]} {
        set error [open $log]
        set text [read $error]
        close $error
        error "the server did not start: $text"
    }
    return $url
}

proc server_stop {} {
    exec kill -TERM $programs::pid
    set channel $programs::channel
    set programs::channel ""
    set programs::pid 0
    close $channel
}

proc programs::stop_all {} {
    variable channel
    variable pid
    if {$channel ne ""} {
        catch { exec kill -TERM $pid }
        catch { close $channel }
        set channel ""
    }
}

proc cli {args} {
    set error $::env(TEST_TMP)/cli.err
    set status 0
    if {[catch { exec $::env(GATEHOUSE_BIN) {*}$args 2>$error </dev/null } output options]} {
        # The exit status, or the name of the signal.
        set status [lindex [dict get $options -errorcode] 2]
        regsub {\n?child process exited abnormally$} $output "" output
    }
    set channel [open $error]
    fconfigure $channel -encoding utf-8
    set text [read $channel]
    close $channel
    return [list $status $output $text]
}

proc sql {query} {
    return [exec sqlite3 -readonly $programs::data/gatehouse.db $query]
}
