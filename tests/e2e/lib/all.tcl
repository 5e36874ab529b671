# Everything an end-to-end script needs: source tests/e2e/lib/all.tcl
foreach part {terminal session programs tmux case console} {
    source [file join [file dirname [info script]] $part.tcl]
}
