#!/bin/sh
# includes flow down the layers of layers.txt, third-party headers stay in their one place
set -u
# shellcheck disable=SC2016 # awk expands
git ls-files -co --exclude-standard 'src/*.[ch]' 'ui/*.[ch]' 'src/*.def' 'ui/*.def' | xargs awk '
    function glob_to_re(g) {
        gsub(/\./, "\\.", g); gsub(/\*/, "[^/]*", g)
        return "^" g "$"
    }
    function known_header(h,  p) {
        for (p in place)
            if (h ~ glob_to_re(p)) return p
        return ""
    }
    function in_place(file, list,  parts, n, i) {
        n = split(list, parts, " ")
        for (i = 1; i <= n; i++)
            if (file ~ glob_to_re(parts[i])) return 1
        return 0
    }
    function folder_of(path,  parts) {
        split(path, parts, "/")
        return parts[1] == "src" ? parts[2] : parts[1]
    }
    BEGIN {
        while ((getline line < "tests/lint/layers.txt") > 0) {
            n = split(line, f, /[ \t]+/)
            if (f[1] == "layer" || f[1] == "file") {
                may[f[2]] = " "
                for (i = 4; i <= n; i++) may[f[2]] = may[f[2]] f[i] " "
            } else if (f[1] == "header") {
                split(line, halves, "|")
                m = split(halves[1], g, /[ \t]+/)
                for (i = 2; i <= m; i++) if (g[i] != "") place[g[i]] = halves[2]
            } else if (f[1] == "system") {
                for (i = 2; i <= n; i++) system_header[f[i]] = 1
            }
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, q, "\"")
        from = folder_of(FILENAME)
        to = q[2]
        sub(/\/.*/, "", to)
        allowed = FILENAME in may ? may[FILENAME] : may[from]
        if (q[2] !~ /\//) {
            printf "%s:%d: include \"%s\" by its full path\n", FILENAME, FNR, q[2]
        } else if (index(allowed, " " to " ") == 0) {
            printf "%s:%d: %s may not include %s\n", FILENAME, FNR, from, q[2]
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        h = $0
        sub(/^[^<]*</, "", h); sub(/>.*/, "", h)
        p = known_header(h)
        if (p != "") {
            if (!in_place(FILENAME, place[p]))
                printf "%s:%d: <%s> is only for%s\n", FILENAME, FNR, h, place[p]
        } else if (!(h in system_header)) {
            printf "%s:%d: <%s> is not in layers.txt\n", FILENAME, FNR, h
        }
    }' | { ! grep .; }
