# One program on a pseudo-terminal, seen through the model in terminal.tcl. Nothing here sleeps: every wait reads
# the terminal until what it waits for is there or the time is up, which is an error that shows the screen.
#
#   start ?-rows n? ?-cols n? ?-env {NAME=value ...}? program ?argument ...?
#   wait_for regexp ?seconds?        a row matches            wait_gone regexp ?seconds?
#   wait_prompt text                         a shell asks on the main screen
#   wait_row n regexp ?seconds?      row n matches            wait_until expression ?seconds?
#   row n, screen, attr_at row col, cursor, find regexp       what is on the screen now; find gives {row col}
#   send_key name ..., type text, resize rows cols, snap file
#   expect_exit status ?seconds?     the program ended so: a number, or the name of a signal
#   raw                              every byte the program wrote so far
#   tty_state                        what `stty -a` says of the terminal

namespace eval session {
    variable id ""          ;# spawn id
    variable pid 0
    variable tty ""
    variable raw ""
    variable ended 0
    variable limit 20       ;# seconds a wait takes at most when nothing else is said
    variable keys
    array set keys {
        Up \x1bOA Down \x1bOB Right \x1bOC Left \x1bOD Home \x1bOH End \x1bOF PgUp \x1b\[5~ PgDn \x1b\[6~
        Insert \x1b\[2~ Delete \x1b\[3~ Enter \r Esc \x1b Tab \t S-Tab \x1b\[Z Space " " Backspace \x7f
        F1 \x1bOP F2 \x1bOQ F3 \x1bOR F4 \x1bOS F5 \x1b\[15~ F6 \x1b\[17~ F7 \x1b\[18~ F8 \x1b\[19~ F9 \x1b\[20~
        F10 \x1b\[21~
    }
    foreach {letter} [split "abcdefghijklmnopqrstuvwxyz" ""] {
        scan $letter %c code
        set keys(C-$letter) [format %c [expr {$code - 96}]]
    }
}

proc session::compile_terminfo {} {
    set folder $::env(TEST_TMP)/terminfo
    if {![file isdirectory $folder]} {
        file mkdir $folder
        exec tic -x -o $folder [file join [file dirname [info script]] terminal.src]
    }
    return $folder
}
# Slow builds (sanitizers) get more time; a limit is there to end what hangs.
if {[regexp {asan|tsan|cov} $::env(OUT)]} {
    set session::limit 60
}
set session::terminfo [session::compile_terminfo]

proc start {args} {
    set rows 24
    set cols 80
    set extra {}
    while {[string match -* [lindex $args 0]]} {
        set args [lassign $args option value]
        switch -- $option {
            -rows { set rows $value }
            -cols { set cols $value }
            -env { set extra $value }
            default { error "start: unknown option $option" }
        }
    }
    close_session
    term::reset $rows $cols
    set session::raw ""
    set session::ended 0
    set command [list env TERM=gatehouse-test TERMINFO=$session::terminfo {*}$extra {*}$args]
    log_user 0
    set ::stty_init "rows $rows cols $cols sane"
    set session::pid [eval spawn -noecho $command]
    set session::id $spawn_id
    set session::tty $spawn_out(slave,name)
    fconfigure $spawn_id -encoding binary -translation binary -buffering none
    match_max -i $spawn_id 100000
    remove_nulls -i $spawn_id 0
    return $session::pid
}

# Reads what is there, waiting for at most so many seconds; returns 0 when nothing came.
proc session::pump {seconds} {
    variable id
    variable ended
    variable raw
    if {$ended} {
        return 0
    }
    expect {
        -i $id
        -timeout $seconds
        -re {.+} {
            append raw $expect_out(buffer)
            term::feed $expect_out(buffer)
            return 1
        }
        eof {
            set ended 1
            return 0
        }
        timeout { return 0 }
    }
}

proc session::now {} {
    return [clock milliseconds]
}

# Reads for at most a second, so that a machine that stood still does not count as a program that did: what has
# arrived is read even when the time is up.
proc session::pump_slice {deadline} {
    return [pump [expr {[now] < $deadline ? 1 : 0}]]
}

# Evaluates the expression in the caller's caller until it holds. A frame that is half drawn is not looked at, since
# nobody sees it: what is gone from it may only be about to be written.
proc session::until {condition seconds what} {
    variable limit
    variable ended
    set deadline [expr {[now] + 1000 * ($seconds eq "" ? $limit : $seconds)}]
    while {[term::mode 2026] || ![uplevel 2 [list expr $condition]]} {
        if {[pump_slice $deadline]} {
            continue
        }
        if {![term::mode 2026] && [uplevel 2 [list expr $condition]]} {
            return
        }
        if {$ended} {
            error "the program ended before $what"
        }
        if {[now] >= $deadline} {
            error "waited in vain for $what"
        }
    }
}

proc wait_for {pattern {seconds ""}} {
    set session::pattern $pattern
    session::until {[regexp -line -- $session::pattern [term::screen]]} $seconds "'$pattern'"
}

proc wait_gone {pattern {seconds ""}} {
    set session::pattern $pattern
    session::until {![regexp -line -- $session::pattern [term::screen]]} $seconds "'$pattern' to go"
}

proc wait_row {n pattern {seconds ""}} {
    set session::pattern $pattern
    set session::row $n
    session::until {[regexp -- $session::pattern [term::row $session::row]]} $seconds "'$pattern' in row $n"
}

# A shell has the terminal again and asks: what is typed sooner gets lost when it sets its modes.
proc wait_prompt {prompt} {
    set session::pattern $prompt
    session::until {![term::mode 1049] && [row [lindex [cursor] 0]] eq $session::pattern} "" "the prompt $prompt"
}

proc wait_until {condition {seconds ""}} {
    session::until $condition $seconds $condition
}

proc row {n} {
    return [term::row $n]
}

proc screen {} {
    return [term::screen]
}

proc cursor {} {
    return [list $term::r [expr {min($term::c, $term::cols - 1)}]]
}

proc attr_at {row col} {
    return [lindex $term::attrs($row) $col]
}

# Where the first match stands as {row column}, empty when nowhere.
proc find {pattern} {
    for {set i 0} {$i < $term::rows} {incr i} {
        if {![regexp -indices -- $pattern [join $term::cells($i) ""] where]} {
            continue
        }
        set column 0
        set chars 0
        foreach cell $term::cells($i) {
            incr chars [string length $cell]
            if {$chars > [lindex $where 0]} {
                return [list $i $column]
            }
            incr column
        }
    }
    return ""
}

proc send_key {args} {
    foreach name $args {
        if {[info exists session::keys($name)]} {
            send -i $session::id -- $session::keys($name)
        } elseif {[string length $name] == 1} {
            type $name
        } else {
            error "unknown key: $name"
        }
    }
}

proc type {text} {
    send -i $session::id -- [encoding convertto utf-8 $text]
}

proc resize {rows cols} {
    # What is under way belongs to the old size as far as the model can tell; the program repaints anyway.
    term::resize $rows $cols
    exec stty rows $rows columns $cols <$session::tty
}

proc snap {file} {
    set channel [open $file w]
    fconfigure $channel -encoding utf-8
    puts $channel [term::screen]
    close $channel
}

proc raw {} {
    return $session::raw
}

proc tty_state {} {
    return [exec stty -a <$session::tty]
}

# Waits for the end; returns the exit status or the name of the signal.
proc wait_exit {{seconds ""}} {
    set limit [expr {$seconds eq "" ? $session::limit : $seconds}]
    set deadline [expr {[session::now] + 1000 * $limit}]
    while {!$session::ended} {
        if {![session::pump_slice $deadline] && !$session::ended && [session::now] >= $deadline} {
            error "the program did not end in $limit s"
        }
    }
    set result [wait -i $session::id]
    set session::id ""
    if {[lindex $result 4] eq "CHILDKILLED"} {
        return [lindex $result 5]
    }
    return [lindex $result 3]
}

proc expect_exit {status {seconds ""}} {
    set got [wait_exit $seconds]
    if {$got ne $status} {
        error "ended with $got, not $status"
    }
}

proc close_session {} {
    if {$session::id eq ""} {
        return
    }
    catch { exec kill -KILL $session::pid 2>/dev/null }
    catch { close -i $session::id }
    catch { wait -i $session::id }
    set session::id ""
}
