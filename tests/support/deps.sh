#!/bin/sh
# Installs what this project needs and the system lacks: deps.sh LEVEL...
#
# Levels: build (compile and run), test, pg (check-pg), lint, bench, fuzz. Each row below names a thing to look for and
# the package that brings it, per package manager. Only missing packages are installed, with apt-get, through
# sudo when not root. Without apt-get the list is printed under that system's names and the script ends with 2.
set -eu

# level | probe | apt | dnf | apk | pacman | zypper | brew          probe: pkg:MODULE, bin:PROGRAM, py:MODULE
# A package "-" means that the system has it already or that it does not exist there.
table() {
    cat <<'ROWS'
build|bin:cc|gcc|gcc|gcc|gcc|gcc|gcc
build|hdr:stdio.h|libc6-dev|glibc-devel|musl-dev|glibc|glibc-devel|-
build|bin:pkg-config|pkg-config|pkgconf-pkg-config|pkgconf|pkgconf|pkg-config|pkgconf
build|pkg:libcjson|libcjson-dev|cjson-devel|cjson-dev|cjson|cjson-devel|cjson
build|pkg:libsodium|libsodium-dev|libsodium-devel|libsodium-dev|libsodium|libsodium-devel|libsodium
build|pkg:libutf8proc|libutf8proc-dev|utf8proc-devel|utf8proc-dev|libutf8proc|utf8proc-devel|utf8proc
build|pkg:libcurl|libcurl4-openssl-dev|libcurl-devel|curl-dev|curl|libcurl-devel|curl
build|pkg:ncursesw|libncurses-dev|ncurses-devel|ncurses-dev|ncurses|ncurses-devel|ncurses
build|pkg:libqrencode|libqrencode-dev|qrencode-devel|libqrencode-dev|qrencode|qrencode-devel|qrencode
build|pkg:libpng|libpng-dev|libpng-devel|libpng-dev|libpng|libpng16-devel|libpng
build|pkg:zbar|libzbar-dev|zbar-devel|zbar-dev|zbar|zbar-devel|zbar
build|pkg:libmicrohttpd|libmicrohttpd-dev|libmicrohttpd-devel|libmicrohttpd-dev|libmicrohttpd|libmicrohttpd-devel|libmicrohttpd
build|pkg:gnutls|libgnutls28-dev|gnutls-devel|gnutls-dev|gnutls|libgnutls-devel|gnutls
build|pkg:sqlite3|libsqlite3-dev|sqlite-devel|sqlite-dev|sqlite|sqlite3-devel|sqlite
build|pkg:libpq|libpq-dev|libpq-devel|libpq-dev|postgresql-libs|postgresql-devel|libpq
build|pkg:libcrypto|libssl-dev|openssl-devel|openssl-dev|openssl|libopenssl-devel|openssl
build|pkg:libargon2|libargon2-dev|libargon2-devel|argon2-dev|argon2|libargon2-devel|argon2
build|pkg:libidn2|libidn2-dev|libidn2-devel|libidn2-dev|libidn2|libidn2-devel|libidn2
build|pkg:libfido2|libfido2-dev|libfido2-devel|libfido2-dev|libfido2|libfido2-devel|libfido2
build|hdr:csv.h|libcsv-dev|libcsv-devel|libcsv-dev|libcsv|libcsv-devel|libcsv
build|hdr:crack.h|libcrack2-dev|cracklib-devel|cracklib-dev|cracklib|cracklib-devel|cracklib
test|file:/var/cache/cracklib/cracklib_dict.pwi|cracklib-runtime|-|-|-|-|-
test|pkg:cmocka|libcmocka-dev|libcmocka-devel|cmocka-dev|cmocka|libcmocka-devel|cmocka
test|bin:expect|expect|expect|expect|expect|expect|expect
test|bin:tmux|tmux|tmux|tmux|tmux|tmux|tmux
test|bin:zbarimg|zbar-tools|zbar|zbar|zbar|zbar|zbar
test|bin:Xvfb|xvfb|xorg-x11-server-Xvfb|xvfb|xorg-server-xvfb|xorg-x11-server-Xvfb|-
test|bin:xterm|xterm|xterm|xterm|xterm|xterm|xterm
test|bin:xwd|x11-apps|xwd|xwd|xorg-xwd|xwd|-
test|file:/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf|fonts-dejavu-core|dejavu-sans-mono-fonts|font-dejavu|ttf-dejavu|dejavu-fonts|-
test|bin:oathtool|oathtool|oathtool|oath-toolkit-oathtool|oath-toolkit|oath-toolkit|oath-toolkit
test|bin:curl|curl|curl|curl|curl|curl|curl
test|bin:sqlite3|sqlite3|sqlite|sqlite|sqlite|sqlite3|sqlite
test|bin:less|less|less|less|less|less|less
test|bin:openssl|openssl|openssl|openssl|openssl|openssl|openssl
test|py:aiosmtpd|python3-aiosmtpd|python3-aiosmtpd|py3-aiosmtpd|python-aiosmtpd|python3-aiosmtpd|-
test|file:/usr/sbin/exim|exim4-daemon-light|exim|exim|exim|exim|-
test|bin:ps|procps|procps-ng|procps|procps-ng|procps|-
pg|bin:psql|postgresql-client|postgresql|postgresql-client|postgresql|postgresql|postgresql
pg|bin:initdb|postgresql|postgresql-server|postgresql|postgresql|postgresql-server|postgresql
lint|bin:clang-format-14|clang-format-14|-|-|-|-|-
lint|bin:clang-tidy-14|clang-tidy-14|-|-|-|-|-
lint|bin:cppcheck|cppcheck|cppcheck|cppcheck|cppcheck|cppcheck|cppcheck
lint|bin:shellcheck|shellcheck|ShellCheck|shellcheck|shellcheck|ShellCheck|shellcheck
lint|bin:pmccabe|pmccabe|pmccabe|-|-|-|pmccabe
lint|bin:mandoc|mandoc|mandoc|mandoc|mandoc|mandoc|mandoc
bench|bin:wrk|wrk|wrk|wrk|-|wrk|wrk
bench|bin:tig|tig|tig|tig|tig|tig|tig
fuzz|bin:clang|clang|clang|clang|clang|clang|llvm
fuzz|hdr:clang-runtime|clang|compiler-rt|compiler-rt|compiler-rt|clang|-
ROWS
}

manager() {
    for m in apt-get dnf apk pacman zypper brew; do
        if command -v "$m" >/dev/null 2>&1; then
            echo "$m"
            return
        fi
    done
    echo none
}

pg_bin() {
    for d in /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin; do
        if [ -x "$d/initdb" ]; then
            return 0
        fi
    done
    return 1
}

# The compiler the build will use decides whether headers are there.
present() {
    case $1 in
    pkg:*) pkg-config --exists "${1#pkg:}" 2>/dev/null ;;
    bin:initdb) pg_bin ;;
    bin:cc) command -v "${CC:-cc}" >/dev/null 2>&1 || command -v cc >/dev/null 2>&1 ;;
    bin:clang) command -v clang >/dev/null 2>&1 || command -v clang-14 >/dev/null 2>&1 ;;
    py:*) /usr/bin/python3 -c "import ${1#py:}" 2>/dev/null || python3 -c "import ${1#py:}" 2>/dev/null ;;
    bin:*) command -v "${1#bin:}" >/dev/null 2>&1 ;;
    hdr:clang-runtime)
        c=$(command -v clang || command -v clang-14) || return 1
        [ -n "$(find "$("$c" -print-resource-dir)" -name 'libclang_rt.fuzzer*' 2>/dev/null | head -n 1)" ] ;;
    file:*) [ -e "${1#file:}" ] ;;
    hdr:*) echo "#include <${1#hdr:}>" | cc -E -x c - >/dev/null 2>&1 ;;
    *) echo "deps: unknown probe $1" >&2; exit 1 ;;
    esac
}

# Prints the missing packages of the levels in $2.., one a line, under the names of column $1.
missing() {
    column=$1
    shift
    table | while IFS='|' read -r level probe apt dnf apk pacman zypper brew; do
        case " $* " in *" $level "*) ;; *) continue ;; esac
        if present "$probe"; then
            continue
        fi
        case $column in
        apt-get | none) name=$apt ;;
        dnf) name=$dnf ;;
        apk) name=$apk ;;
        pacman) name=$pacman ;;
        zypper) name=$zypper ;;
        brew) name=$brew ;;
        esac
        if [ "$name" != - ]; then
            echo "$name"
        fi
    done | sort -u
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Lint tools are pinned where the result depends on the version; a release without them lints without them.
# A system has one mail server: one that is there already is never replaced for a test.
installable() {
    for p in "$@"; do
        case $p in
        exim4-daemon-light)
            if [ -e /usr/sbin/sendmail ]; then
                echo "deps: another mail server is installed, the test with $p is skipped" >&2
            else
                echo "$p"
            fi ;;
        clang-format-14 | clang-tidy-14)
            if apt-cache policy "$p" 2>/dev/null | grep -q "Candidate: [^(]"; then
                echo "$p"
            else
                echo "deps: this release has no $p, its check is skipped" >&2
            fi ;;
        *) echo "$p" ;;
        esac
    done
}

apt() { # UPDATE|INSTALL...: quiet unless it fails
    log=$(mktemp "${TMPDIR:-/tmp}/gh-deps.XXXXXX")
    status=0
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$log" >&2
    fi
    rm -f "$log"
    return "$status"
}

# Packages start the services they bring. None does while this file is there, whoever starts services.
without_services() {
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then
        return 0
    fi
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}

apt_install() {
    if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
        apt update
    fi
    # shellcheck disable=SC2046 # a list of package names
    set -- $(installable "$@")
    if [ $# -eq 0 ]; then
        return 0
    fi
    without_services
    echo "deps: installing $*" >&2
    # The second try is for package lists that are too old.
    apt -y --no-install-recommends install "$@" || { apt update && apt -y --no-install-recommends install "$@"; }
}

main() {
    if [ $# -eq 0 ]; then
        echo "usage: deps.sh build|test|pg|lint|bench|fuzz ..." >&2
        exit 2
    fi
    pm=$(manager)
    # shellcheck disable=SC2046 # a list of package names
    wanted=$(missing "$pm" "$@")
    if [ -z "$wanted" ]; then
        exit 0
    fi
    if [ "$pm" != apt-get ]; then
        echo "These packages are missing (names of ${pm}):" >&2
        echo "$wanted" | sed 's/^/    /' >&2
        exit 2
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        echo "deps: neither root nor sudo; as root run: apt-get install $(echo "$wanted" | tr '\n' ' ')" >&2
        exit 2
    fi
    # shellcheck disable=SC2086 # a list of package names
    apt_install $wanted
    # Without pkg-config no library can be seen, so the first look may have asked for too much, never too little.
    left=$(missing "$pm" "$@" | grep -v -e '^clang-format-14$' -e '^clang-tidy-14$' -e '^exim4-daemon-light$' || true)
    if [ -n "$left" ]; then
        echo "deps: still missing after the installation: $(echo "$left" | tr '\n' ' ')" >&2
        exit 1
    fi
}

main "$@"
