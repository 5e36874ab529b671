# The misbehaving proxy of proxy.tcl, from a script.
#
#   faults_start url         puts it in front of a server; returns the URL to use instead
#   fault times pattern action ?argument ...?       times -1: until further notice
#   fault_count pattern      requests seen that match "METHOD PATH"
#   faults_clear, faults_stop

namespace eval faults {
    variable channel ""
}

proc faults_start {url} {
    set program [file join $::env(TEST_TOP) tests/e2e/lib/proxy.tcl]
    set faults::channel [open |[list [info nameofexecutable] -f $program $url] r+]
    fconfigure $faults::channel -encoding utf-8 -buffering line
    if {[gets $faults::channel line] < 0} {
        error "the proxy did not start"
    }
    return $line
}

proc faults::ask {args} {
    variable channel
    # One line: what would break it is written as an escape of a Tcl list.
    puts $channel [string map {\n \\n \r \\r} $args]
    if {[gets $channel answer] < 0} {
        error "the proxy is gone"
    }
    return $answer
}

proc fault {times pattern args} {
    faults::ask rule $times $pattern {*}$args
}

proc fault_count {pattern} {
    return [faults::ask count $pattern]
}

proc faults_clear {} {
    faults::ask clear
}

proc faults_stop {} {
    if {$faults::channel ne ""} {
        catch { close $faults::channel }
        set faults::channel ""
    }
}
