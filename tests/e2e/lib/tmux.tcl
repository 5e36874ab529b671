# A second opinion: the same program inside tmux, which is a terminal by other hands with a real terminfo entry.
#
#   tmux_start rows cols program ?argument ...?      tmux_send key ...       (tmux's own names of keys)
#   tmux_screen, tmux_wait_for regexp ?seconds?      tmux_resize rows cols   tmux_stop

namespace eval mux {
    variable socket "" starts 0
}

proc mux::run {args} {
    variable socket
    return [exec tmux -S $socket -f /dev/null {*}$args]
}

proc tmux_start {rows cols args} {
    # A server that is told to end still answers on its socket for a moment.
    set mux::socket $::env(TEST_TMP)/tmux[incr mux::starts].sock
    mux::run new-session -d -x $cols -y $rows {*}$args \; set-option -g status off \; \
        set-option -g remain-on-exit on \; set-option -g escape-time 0
    mux::run resize-window -x $cols -y $rows
}

proc tmux_send {args} {
    mux::run send-keys {*}$args
}

proc tmux_screen {} {
    return [mux::run capture-pane -p]
}

# tmux cannot tell when a pane changes, so this looks again every 20 ms.
proc tmux_wait_for {pattern {seconds ""}} {
    set limit [expr {$seconds eq "" ? $session::limit : $seconds}]
    set deadline [expr {[clock milliseconds] + 1000 * $limit}]
    while {![regexp -line -- $pattern [tmux_screen]]} {
        if {[clock milliseconds] > $deadline} {
            error "waited in vain for '$pattern' in tmux:\n[tmux_screen]"
        }
        after 20
    }
}

proc tmux_resize {rows cols} {
    mux::run resize-window -x $cols -y $rows
}

proc tmux_stop {} {
    if {$mux::socket ne ""} {
        catch { mux::run kill-server }
        set mux::socket ""
    }
}
