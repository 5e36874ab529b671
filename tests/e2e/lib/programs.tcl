# The programs that a script starts beside the one on the terminal.
#
#   server_start ?argument ...?      a gatehoused on a free port with data in a folder of its own; returns its URL
#   server_start_on folder listen ?argument ...?     the same, as told; several may run
#   server_stop ?url?                SIGTERM to that one, or the one started last; an error unless it ends with 0
#   server_pid url, server_data url  what the others need to know of it
#   server_profile url               the options of gatehouse that sign in to it
#   cli ?argument ...?               runs gatehouse; returns {status stdout stderr}
#   sql query                        what sqlite3 says of the database of the server started last, columns by |

namespace eval programs {
    variable channels       ;# array by URL
    variable folders        ;# array by URL
    variable data ""        ;# folder of the server started last
    variable last ""        ;# its URL
}

proc server_start {args} {
    return [server_start_on $::env(TEST_TMP)/data http://127.0.0.1:0 {*}$args]
}

proc server_start_on {folder listen args} {
    set log $::env(TEST_TMP)/server.log
    set programs::data $folder
    set channel [open |[list $::env(GATEHOUSED_BIN) --listen $listen --data $folder {*}$args 2>>$log] r]
    if {[gets $channel line] < 0 || ![regexp {^ready (\S+)$} $line all url]} {
        catch { close $channel }
        set error [open $log]
        set text [read $error]
        close $error
        error "the server did not start: $text"
    }
    set programs::channels($url) $channel
    set programs::folders($url) $folder
    set programs::last $url
    return $url
}

proc server_stop {{url ""}} {
    if {$url eq ""} {
        set url $programs::last
    }
    exec kill -TERM [server_pid $url]
    set channel $programs::channels($url)
    unset programs::channels($url)
    close $channel
}

proc server_pid {url} {
    return [pid $programs::channels($url)]
}

proc server_data {url} {
    return $programs::folders($url)
}

proc programs::stop_all {} {
    variable channels
    foreach url [array names channels] {
        catch { exec kill -CONT [server_pid $url] }
        catch { exec kill -TERM [server_pid $url] }
        catch { close $channels($url) }
    }
    array unset channels
}

proc server_profile {url} {
    set folder $programs::folders($url)
    set channel [open $folder/credentials]
    set text [read $channel]
    close $channel
    regexp -line {^client_id = (.*)$} $text all id
    regexp -line {^secret = (.*)$} $text all secret
    set file $folder.secret
    set channel [open $file w 0600]
    puts $channel $secret
    close $channel
    return [list --url $url --client-id $id --secret-file $file]
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
