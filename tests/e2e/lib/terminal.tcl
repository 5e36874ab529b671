# A model of a terminal: bytes in, a grid of cells out. It knows what terminal.src promises and raises an error on
# anything else, so that a stray sequence fails the test that caused it. Rows and columns count from 0.
# Tcl 8.6 keeps the basic plane only: what lies beyond is kept as U+FFFD with its right width.

namespace eval term {
    variable rows 24 cols 80        ;# size
    variable r 0 c 0                ;# cursor; c == cols means "wrap before the next character"
    variable saved {0 0 {}}        ;# row, column, attributes
    variable top 0 bottom 23        ;# scrolling region
    variable cells                  ;# array by row: list of characters, "" behind a wide one
    variable attrs                  ;# array by row: list of attributes
    variable main                   ;# the main screen while the alternate one is shown
    variable pen                    ;# array of current attributes
    variable style ""               ;# the same as a sorted list, as attr_at gives it
    variable modes                  ;# array by number of private mode: 0 or 1
    variable pending ""             ;# bytes of an unfinished sequence
    variable bells 0
    variable known_modes {1 7 12 25 1049 2004 2026}
}

proc term::reset {new_rows new_cols} {
    variable rows $new_rows
    variable cols $new_cols
    variable pending ""
    variable pen
    variable modes
    variable main
    variable bells 0
    array unset pen
    array unset modes
    array unset main
    array set modes {25 1 1049 0}
    restyle
    erase_all
}

proc term::erase_all {} {
    variable rows
    variable r 0
    variable c 0
    variable top 0
    variable bottom [expr {$rows - 1}]
    variable cells
    variable attrs
    array unset cells
    array unset attrs
    for {set i 0} {$i < $rows} {incr i} {
        blank_row $i
    }
}

# Erased cells keep the background (bce) and nothing else.
proc term::blank_style {} {
    variable pen
    return [expr {[info exists pen(bg)] ? "bg=$pen(bg)" : ""}]
}

proc term::blank_row {row} {
    variable cols
    variable cells
    variable attrs
    set cells($row) [lrepeat $cols " "]
    set attrs($row) [lrepeat $cols [blank_style]]
}

proc term::erase {row from to} {
    variable cells
    variable attrs
    set style [blank_style]
    split_wide $row $from
    split_wide $row [expr {$to + 1}]
    for {set i $from} {$i <= $to} {incr i} {
        lset cells($row) $i " "
        lset attrs($row) $i $style
    }
}

# Blanks a wide character that would be cut in two at this column.
proc term::split_wide {row col} {
    variable cols
    variable cells
    if {$col > 0 && $col < $cols && [lindex $cells($row) $col] eq ""} {
        lset cells($row) $col " "
        lset cells($row) [expr {$col - 1}] " "
    }
}

proc term::scroll {first last n} {
    variable cells
    variable attrs
    set height [expr {$last - $first + 1}]
    set count [expr {min(abs($n), $height)}]
    if {$n > 0} {
        for {set i $first} {$i <= $last - $count} {incr i} {
            set cells($i) $cells([expr {$i + $count}])
            set attrs($i) $attrs([expr {$i + $count}])
        }
        set from [expr {$last - $count + 1}]
    } else {
        for {set i $last} {$i >= $first + $count} {incr i -1} {
            set cells($i) $cells([expr {$i - $count}])
            set attrs($i) $attrs([expr {$i - $count}])
        }
        set from $first
    }
    for {set i $from} {$i < $from + $count} {incr i} {
        blank_row $i
    }
}

proc term::line_feed {} {
    variable r
    variable rows
    variable top
    variable bottom
    if {$r == $bottom} {
        scroll $top $bottom 1
    } elseif {$r < $rows - 1} {
        incr r
    }
}

proc term::reverse_line_feed {} {
    variable r
    variable top
    variable bottom
    if {$r == $top} {
        scroll $top $bottom -1
    } elseif {$r > 0} {
        incr r -1
    }
}

proc term::width_of {code} {
    if {$code < 0x300} {
        return 1
    }
    foreach {low high} {0x300 0x36F 0x483 0x489 0x591 0x5BD 0x610 0x61A 0x64B 0x65F 0x1AB0 0x1AFF 0x1DC0 0x1DFF
        0x200B 0x200F 0x202A 0x202E 0x2060 0x2064 0x20D0 0x20FF 0x302A 0x302D 0x3099 0x309A 0xFE00 0xFE0F
        0xFE20 0xFE2F 0xE0100 0xE01EF} {
        if {$code >= $low && $code <= $high} {
            return 0
        }
    }
    foreach {low high} {0x1100 0x115F 0x231A 0x231B 0x2E80 0x303E 0x3041 0x33FF 0x3400 0x4DBF 0x4E00 0x9FFF
        0xA000 0xA4CF 0xAC00 0xD7A3 0xF900 0xFAFF 0xFE30 0xFE6F 0xFF00 0xFF60 0xFFE0 0xFFE6
        0x1F300 0x1F64F 0x1F680 0x1F6FF 0x1F900 0x1F9FF 0x20000 0x3FFFD} {
        if {$code >= $low && $code <= $high} {
            return 2
        }
    }
    return 1
}

proc term::put {code} {
    variable r
    variable c
    variable cols
    variable cells
    variable attrs
    variable style
    set char [expr {$code > 0xFFFF ? "\uFFFD" : [format %c $code]}]
    set width [width_of $code]
    if {$width == 0} {
        set at [expr {max($c - 1, 0)}]
        if {[lindex $cells($r) $at] eq "" && $at > 0} {
            incr at -1
        }
        lset cells($r) $at [lindex $cells($r) $at]$char
        return
    }
    if {$c + $width > $cols} {
        set c 0
        line_feed
    }
    split_wide $r $c
    split_wide $r [expr {$c + $width}]
    lset cells($r) $c $char
    lset attrs($r) $c $style
    if {$width == 2} {
        lset cells($r) [expr {$c + 1}] ""
        lset attrs($r) [expr {$c + 1}] $style
    }
    incr c $width
}

proc term::control {code} {
    variable r
    variable c
    variable cols
    variable bells
    switch $code {
        0 {}
        7 { incr bells }
        8 { set c [expr {max(min($c, $cols - 1) - 1, 0)}] }
        9 { set c [expr {min(($c / 8 + 1) * 8, $cols - 1)}] }
        10 { line_feed }
        13 { set c 0 }
        default { error [format "unknown control character %#04x" $code] }
    }
}

proc term::restyle {} {
    variable pen
    variable style
    set words {}
    foreach name [lsort [array names pen]] {
        lappend words [expr {$name in {fg bg} ? "$name=$pen($name)" : $name}]
    }
    set style $words
}

# Colours come as one number, as 5;n or as 2;r;g;b; returns the colour and how many parameters it took.
proc term::colour {params} {
    switch [lindex $params 0] {
        5 { return [list [lindex $params 1] 2] }
        2 { return [list [format #%02x%02x%02x {*}[lrange $params 1 3]] 4] }
    }
    error "unknown colour: $params"
}

proc term::sgr {params} {
    variable pen
    array set on {1 bold 2 dim 3 italic 4 underline 5 blink 7 reverse 9 strike}
    array set off {22 {bold dim} 23 italic 24 underline 25 blink 27 reverse 29 strike 39 fg 49 bg}
    for {set i 0} {$i < [llength $params]} {incr i} {
        set p [lindex $params $i]
        if {$p == 0} {
            array unset pen
        } elseif {[info exists on($p)]} {
            set pen($on($p)) 1
        } elseif {[info exists off($p)]} {
            foreach name $off($p) {
                unset -nocomplain pen($name)
            }
        } elseif {$p == 38 || $p == 48} {
            lassign [colour [lrange $params $i+1 end]] value taken
            set pen([expr {$p == 38 ? "fg" : "bg"}]) $value
            incr i $taken
        } elseif {$p >= 30 && $p <= 37} {
            set pen(fg) [expr {$p - 30}]
        } elseif {$p >= 40 && $p <= 47} {
            set pen(bg) [expr {$p - 40}]
        } elseif {$p >= 90 && $p <= 97} {
            set pen(fg) [expr {$p - 82}]
        } elseif {$p >= 100 && $p <= 107} {
            set pen(bg) [expr {$p - 92}]
        } else {
            error "unknown attribute: $p"
        }
    }
    restyle
}

proc term::private_mode {number on} {
    variable modes
    variable known_modes
    if {$number ni $known_modes} {
        error "unknown private mode: $number"
    }
    if {$number == 1049 && $on != $modes(1049)} {
        switch_screen $on
    }
    set modes($number) $on
}

# Whether a private mode is on.
proc term::mode {number} {
    variable modes
    return [expr {[info exists modes($number)] && $modes($number)}]
}

proc term::switch_screen {alternate} {
    variable main
    variable cells
    variable attrs
    variable rows
    variable r
    variable c
    if {$alternate} {
        set main(cells) [array get cells]
        set main(attrs) [array get attrs]
        set main(size) [size]
        set main(cursor) [list $r $c]
        erase_all
        return
    }
    erase_all
    if {$main(size) eq [size]} {
        array set cells $main(cells)
        array set attrs $main(attrs)
    }
    lassign $main(cursor) r c
    set r [expr {min($r, $rows - 1)}]
}

proc term::size {} {
    variable rows
    variable cols
    return [list $rows $cols]
}

# Moves the rest of the line right (n > 0) or left from the cursor.
proc term::shift {n} {
    variable r
    variable c
    variable cols
    variable cells
    variable attrs
    set c [expr {min($c, $cols - 1)}]
    split_wide $r $c
    set count [expr {min(abs($n), $cols - $c)}]
    set blanks [lrepeat $count " "]
    set styles [lrepeat $count [blank_style]]
    if {$n > 0} {
        set cells($r) [lrange [linsert $cells($r) $c {*}$blanks] 0 $cols-1]
        set attrs($r) [lrange [linsert $attrs($r) $c {*}$styles] 0 $cols-1]
    } else {
        set cells($r) [concat [lreplace $cells($r) $c [expr {$c + $count - 1}]] $blanks]
        set attrs($r) [concat [lreplace $attrs($r) $c [expr {$c + $count - 1}]] $styles]
    }
}

proc term::erase_display {kind} {
    variable r
    variable c
    variable rows
    variable cols
    switch $kind {
        0 {
            erase $r [expr {min($c, $cols - 1)}] [expr {$cols - 1}]
            for {set i [expr {$r + 1}]} {$i < $rows} {incr i} { blank_row $i }
        }
        1 {
            erase $r 0 [expr {min($c, $cols - 1)}]
            for {set i 0} {$i < $r} {incr i} { blank_row $i }
        }
        2 { for {set i 0} {$i < $rows} {incr i} { blank_row $i } }
        default { error "unknown erase: $kind" }
    }
}

proc term::erase_line {kind} {
    variable r
    variable c
    variable cols
    set at [expr {min($c, $cols - 1)}]
    switch $kind {
        0 { erase $r $at [expr {$cols - 1}] }
        1 { erase $r 0 $at }
        2 { erase $r 0 [expr {$cols - 1}] }
        default { error "unknown erase: $kind" }
    }
}

proc term::csi {mark params final} {
    variable r
    variable c
    variable rows
    variable cols
    variable top
    variable bottom
    set list [split $params ";"]
    set n [expr {[lindex $list 0] eq "" ? 1 : [lindex $list 0]}]
    set kind [expr {[lindex $list 0] eq "" ? 0 : [lindex $list 0]}]
    if {$mark eq "?" && $final in {h l}} {
        foreach number $list {
            private_mode $number [expr {$final eq "h"}]
        }
        return
    }
    if {$mark ne ""} {
        error "unknown sequence: CSI $mark$params$final"
    }
    switch -exact -- $final {
        H {
            set column [expr {[lindex $list 1] eq "" ? 1 : [lindex $list 1]}]
            set r [expr {min($n, $rows) - 1}]
            set c [expr {min($column, $cols) - 1}]
        }
        A { set r [expr {max($r - $n, 0)}] }
        B { set r [expr {min($r + $n, $rows - 1)}] }
        C { set c [expr {min($c + $n, $cols - 1)}] }
        D { set c [expr {max(min($c, $cols - 1) - $n, 0)}] }
        J { erase_display $kind }
        K { erase_line $kind }
        L { if {$r >= $top && $r <= $bottom} { scroll $r $bottom -$n } }
        M { if {$r >= $top && $r <= $bottom} { scroll $r $bottom $n } }
        S { scroll $top $bottom $n }
        T { scroll $top $bottom -$n }
        P { shift -$n }
        @ { shift $n }
        X { erase $r $c [expr {min($c + $n, $cols) - 1}] }
        m { sgr [lmap p [expr {$params eq "" ? "0" : $list}] { expr {$p eq "" ? 0 : $p} }] }
        r {
            set last [lindex $list 1]
            set top [expr {$n - 1}]
            set bottom [expr {($last eq "" ? $rows : min($last, $rows)) - 1}]
            set r 0
            set c 0
        }
        default { error "unknown sequence: CSI $params$final" }
    }
}

# Handles the escape sequence at index i; returns the index behind it, or -1 when it is not complete yet.
proc term::escape {i} {
    variable pending
    variable r
    variable c
    variable pen
    variable saved
    if {[regexp -start $i {\A\x1b\[([?>=!<]?)([0-9;:]*)([@-~])} $pending all mark params final]} {
        csi $mark $params $final
        return [expr {$i + [string length $all]}]
    }
    if {[regexp -start $i {\A\x1b(?:\[[?>=!<]?[0-9;:]*)?\Z} $pending]} {
        return -1
    }
    switch -exact -- [string index $pending $i+1] {
        7 { set saved [list $r $c [array get pen]] }
        8 {
            lassign $saved r c attributes
            array unset pen
            array set pen $attributes
            restyle
        }
        M { reverse_line_feed }
        default {
            binary scan [string range $pending $i $i+12] H* hex
            error "unknown escape sequence, bytes $hex"
        }
    }
    return [expr {$i + 2}]
}

# Decodes the character at index i; returns its code and length, or {-1 0} when it is not complete yet.
proc term::decode {i lead} {
    variable pending
    if {$lead >= 0xC2 && $lead <= 0xDF} {
        set length 2
        set code [expr {$lead & 0x1F}]
    } elseif {$lead >= 0xE0 && $lead <= 0xEF} {
        set length 3
        set code [expr {$lead & 0x0F}]
    } elseif {$lead >= 0xF0 && $lead <= 0xF4} {
        set length 4
        set code [expr {$lead & 0x07}]
    } else {
        error [format "invalid UTF-8: byte %#04x" $lead]
    }
    if {$i + $length > [string length $pending]} {
        return {-1 0}
    }
    for {set k 1} {$k < $length} {incr k} {
        scan [string index $pending $i+$k] %c next
        if {($next & 0xC0) != 0x80} {
            error [format "invalid UTF-8: byte %#04x after %#04x" $next $lead]
        }
        set code [expr {$code << 6 | $next & 0x3F}]
    }
    if {$code >= 0x80 && $code < 0xA0} {
        error [format "unknown control character %#04x" $code]
    }
    return [list $code $length]
}

# Takes bytes (one character each, as a binary channel gives them).
proc term::feed {bytes} {
    variable pending
    append pending $bytes
    set i 0
    set n [string length $pending]
    while {$i < $n} {
        scan [string index $pending $i] %c byte
        if {$byte == 27} {
            set next [escape $i]
            if {$next < 0} {
                break
            }
            set i $next
        } elseif {$byte < 32 || $byte == 127} {
            control $byte
            incr i
        } elseif {$byte < 127} {
            put $byte
            incr i
        } else {
            lassign [decode $i $byte] code length
            if {$code < 0} {
                break
            }
            put $code
            incr i $length
        }
    }
    set pending [string range $pending $i end]
}

proc term::resize {new_rows new_cols} {
    variable rows
    variable cols
    variable cells
    variable attrs
    variable r
    variable c
    variable top 0
    variable bottom [expr {$new_rows - 1}]
    set old_rows $rows
    set rows $new_rows
    set cols $new_cols
    for {set i 0} {$i < $rows} {incr i} {
        if {$i >= $old_rows} {
            blank_row $i
            continue
        }
        set cells($i) [lrange [concat $cells($i) [lrepeat $cols " "]] 0 $cols-1]
        set attrs($i) [lrange [concat $attrs($i) [lrepeat $cols ""]] 0 $cols-1]
    }
    for {} {$i < $old_rows} {incr i} {
        unset cells($i) attrs($i)
    }
    set r [expr {min($r, $rows - 1)}]
    set c [expr {min($c, $cols - 1)}]
}

proc term::row {n} {
    variable cells
    return [string trimright [join $cells($n) ""]]
}

proc term::screen {} {
    variable rows
    set lines {}
    for {set i 0} {$i < $rows} {incr i} {
        lappend lines [row $i]
    }
    return [join $lines \n]
}
