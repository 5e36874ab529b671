# QR codes on the screen, seen as a camera sees them: the cells become pixels, zbarimg reads the picture.
#
#   qr_text             the text of the code on the screen; an error when there is none that can be read
#   qr_picture FILE     writes the screen as a grey picture (PGM), cells of 6 by 12 pixels; `gap` dark lines of pixels
#                       below each row, as terminals with a larger line height have them
#   qr_read FILE        the text of the code in a picture

namespace eval qr {}

# Light or dark, by the numbers of the 256 colours and by what a terminal shows without any.
proc qr::is_light {colour preset} {
    if {$colour eq ""} {
        return $preset
    }
    if {[string match #* $colour]} {
        scan $colour #%2x%2x%2x r g b
        return [expr {$r + $g + $b > 382}]
    }
    return [expr {$colour in {7 15 231 255} || ($colour >= 226 && $colour <= 231)}]
}

# The upper and the lower half of a cell, each 1 for light.
proc qr::halves {char style} {
    set fg ""
    set bg ""
    foreach word $style {
        regexp {^fg=(.*)} $word - fg
        regexp {^bg=(.*)} $word - bg
    }
    set ink [is_light $fg 1]
    set paper [is_light $bg 0]
    if {"reverse" in $style} {
        lassign [list $paper $ink] ink paper
    }
    switch -- $char {
        \u2580 { return [list $ink $paper] }
        \u2584 { return [list $paper $ink] }
        \u2588 { return [list $ink $ink] }
        " " { return [list $paper $paper] }
    }
    # Letters are mostly paper.
    return [list $paper $paper]
}

# In ASCII drawings the ink is what is dark, as on paper.
proc qr::ascii_halves {char style} {
    return [expr {$char eq "#" ? {0 0} : {1 1}}]
}

proc qr_picture {file {how qr::halves} {gap 0}} {
    set width [expr {$term::cols * 6}]
    set channel [open $file w]
    fconfigure $channel -translation binary
    puts $channel "P5\n$width [expr {$term::rows * (12 + $gap)}]\n255"
    set pixel(0) [string repeat \x00 6]
    set pixel(1) [string repeat \xff 6]
    for {set r 0} {$r < $term::rows} {incr r} {
        set upper ""
        set lower ""
        foreach char $term::cells($r) style $term::attrs($r) {
            lassign [$how $char $style] u l
            append upper $pixel($u)
            append lower $pixel($l)
        }
        puts -nonewline $channel [string repeat $upper 6][string repeat $lower 6]
        puts -nonewline $channel [string repeat \x00 [expr {$width * $gap}]]
    }
    close $channel
}

proc qr_text {{how qr::halves}} {
    set file $::env(TEST_TMP)/screen.pgm
    qr_picture $file $how
    return [qr_read $file]
}

proc qr_read {file} {
    if {[catch {exec zbarimg --nodbus -q --raw -Sbinary -Sdisable -Sqrcode.enable $file} text options]} {
        error "no QR code can be read on the screen:\n[screen]"
    }
    return $text
}
