# Cases of an end-to-end script. A script is a story, so after a failed case the others are not tried.
#
#   check title body      one case: passes unless the body raises an error
#   equal got want        raises an error when they differ
#   finish                prints the plan and ends the script; the last line of every script

namespace eval case {
    variable n 0 failed 0
}

proc check {title body} {
    set number [incr case::n]
    if {$case::failed} {
        puts "not ok $number - $title: not tried after the failure above"
        return
    }
    if {[catch { uplevel 1 $body } message options]} {
        set case::failed 1
        puts "not ok $number - $title: [string map {\n { / }} $message]"
        case::explain $options
        return
    }
    puts "ok $number - $title"
}

proc case::explain {options} {
    foreach line [split [dict get $options -errorinfo] \n] {
        puts "#   $line"
    }
    if {![array exists term::cells]} {
        return
    }
    puts "# The screen, $term::rows x $term::cols, cursor [cursor]:"
    foreach line [split [term::screen] \n] {
        puts "# |$line"
    }
}

proc equal {got want} {
    if {$got ne $want} {
        error "got '$got', not '$want'"
    }
}

proc finish {} {
    catch { close_session }
    catch { faults_stop }
    catch { programs::stop_all }
    catch { tmux_stop }
    puts "1..$case::n"
    exit [expr {$case::failed ? 1 : 0}]
}

fconfigure stdout -encoding utf-8 -buffering line
