# gatehouse and gatehoused. `make help` lists the targets; V=1 shows the commands.
# Objects live in build/$(VARIANT)/, so variants stand side by side: release debug asan tsan cov fuzz.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

CC ?= cc
ifeq ($(if $(filter default,$(origin CC)),,$(strip $(CC))),)
CC := cc
endif
VARIANT ?= release
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 60
OUT := build/$(VARIANT)
Q := $(if $(V),,@)

VERSION := 0.1.0

# --- Flags ------------------------------------------------------------------------------------------------------

# String literals may be longer than C promises: the schema is embedded, and every compiler here takes them.
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings \
  -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wimplicit-fallthrough -Wconversion \
  -Wno-sign-conversion -Wno-overlength-strings -Werror=format-security $(if $(CI),-Werror)
CPPFLAGS_ALL := -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE \
  -DGATEHOUSE_VERSION='"$(VERSION)"' -Isrc -I. -I$(OUT)
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_debug := -Og -g3
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_cov := -O0 -g --coverage
LDFLAGS_cov := --coverage
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
  -fno-omit-frame-pointer
LDFLAGS_fuzz := -fsanitize=address,undefined
ifeq ($(CFLAGS_$(VARIANT)),)
$(error unknown VARIANT '$(VARIANT)': one of release debug asan tsan cov fuzz)
endif
CFLAGS_ALL := -std=c17 $(WARN) $(CFLAGS_$(VARIANT)) $(CFLAGS)

PKG_COMMON := libcjson libsodium libutf8proc
# Not here, for they are loaded when they are needed: libcurl (net/curl_api.c, after the first frame), libpq
# (db/pgsql_api.c, when a PostgreSQL database is opened), libpng (qr/png_api.c), libzbar (qr/zbar_api.c)
# and libfido2 (crypto/fido_api.c, for the first security key).
PKG_gatehouse := $(PKG_COMMON) ncursesw libqrencode
PKG_gatehoused := $(PKG_COMMON) libmicrohttpd gnutls sqlite3 libcrypto libargon2 libidn2 libqrencode
# These have no pkg-config file.
LIBS_COMMON := -lcsv
LIBS_gatehoused := -lcrack
pkgcflags = $(shell pkg-config --cflags $(1) 2>/dev/null)
pkglibs = $(shell pkg-config --libs $(1) 2>/dev/null)
# Folders only: which parts of libc are visible is for us to say (ncurses would ask for an older POSIX).
CPPFLAGS_ALL += $(sort $(filter-out -D%,$(call pkgcflags,$(PKG_gatehouse) $(PKG_gatehoused) libcurl libpq libpng zbar libfido2)))

# --- What is built ----------------------------------------------------------------------------------------------

src = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c)))
obj = $(patsubst %.c,$(OUT)/%.o,$(1))

# What each program is made of. `main` files are named so and never go into the test library.
SHARED_SRC := $(call src,src/base src/api)
CONSOLE_SRC := $(call src,src/net src/client src/cli src/qr ui ui/resources) src/crypto/hmac.c src/crypto/totp.c
SERVER_SRC := $(call src,src/crypto src/db src/store src/deliver src/server src/server/ops) \
  src/net/curl_api.c src/qr/code.c src/qr/otpauth.c src/qr/png_api.c src/qr/png_write.c
CONSOLE_LIB := $(filter-out %/main.c,$(CONSOLE_SRC))
SERVER_LIB := $(filter-out %/main.c,$(SERVER_SRC))
ALL_SRC := $(SHARED_SRC) $(CONSOLE_SRC) $(SERVER_SRC)

all: build/gatehouse build/gatehoused
objects: $(call obj,$(ALL_SRC))

build/gatehouse: $(OUT)/gatehouse | build
	$(Q)ln -sf $(VARIANT)/gatehouse $@
build/gatehoused: $(OUT)/gatehoused | build
	$(Q)ln -sf $(VARIANT)/gatehoused $@
build:
	$(Q)mkdir -p $@

$(OUT)/gatehouse: $(call obj,$(SHARED_SRC) $(CONSOLE_SRC))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -Wl,--export-dynamic-symbol=_gnutls_global_init_skip \
	  -o $@ $^ $(call pkglibs,$(PKG_gatehouse)) $(LIBS_COMMON) -lm -lpthread -ldl
$(OUT)/gatehoused: $(call obj,$(SHARED_SRC) $(SERVER_SRC))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(call pkglibs,$(PKG_gatehoused)) $(LIBS_gatehoused) $(LIBS_COMMON) -lm -lpthread -ldl

# A file that is written anew only when its text changes: $(call keep,FILE,TEXT).
quoted = '$(subst ','\'',$(1))'
keep = @mkdir -p $(dir $(1)); printf '%s\n' $(call quoted,$(2)) | cmp -s - $(1) || \
  printf '%s\n' $(call quoted,$(2)) >$(1)
force:

# Text that travels inside the binaries. config.h: where things are installed; schema.inc: rows
# {"0001_name", "sql"}, in the order of their numbers; theme_default.inc: one string literal.
GEN := $(OUT)/gen/config.h $(OUT)/gen/schema.inc $(OUT)/gen/theme_default.inc
$(OUT)/gen/config.h: force
	$(call keep,$@,#define GATEHOUSE_DATA_DIR "$(PREFIX)/share/gatehouse")
SCHEMA_SQL := $(sort $(wildcard src/db/schema/*.sql))
C_QUOTE := s/\\/\\\\/g; s/"/\\"/g; s/^/    "/; s/$$/\\n"/
$(OUT)/gen/schema.inc: $(SCHEMA_SQL) Makefile
	@mkdir -p $(@D)
	$(Q){ echo '/* Made by the Makefile from src/db/schema; see there. */'; \
	  for f in $(SCHEMA_SQL); do n=$${f##*/}; echo "{\"$${n%.sql}\","; sed '$(C_QUOTE)' "$$f"; echo '},'; done; } >$@
$(OUT)/gen/theme_default.inc: $(wildcard themes/default.theme) Makefile
	@mkdir -p $(@D)
	$(Q){ echo '/* Made by the Makefile from themes/default.theme; see there. */'; \
	  if [ -f themes/default.theme ]; then sed '$(C_QUOTE)' themes/default.theme; else echo '""'; fi; } >$@

# Objects are made anew when the compiler or its options change.
$(OUT)/flags: force
	$(call keep,$@,$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL))

$(OUT)/%.o: %.c $(OUT)/flags | $(GEN)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
.PRECIOUS: $(OUT)/%.o

# --- Tests ------------------------------------------------------------------------------------------------------

# tests/unit/<folder>/test_<file>.c, one cmocka program each; tests/fuzz/fuzz_<what>.c, one harness each, whose
# corpus in tests/fuzz/corpus/<what>/ is replayed as tests; tests/contract/*.sh and tests/e2e/*.exp drive the
# real binaries. tests/run gives each its own home and counts.
LIB_OBJ := $(call obj,$(SHARED_SRC) $(CONSOLE_LIB) $(SERVER_LIB))
$(OUT)/libgatehouse-test.a: $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
TEST_LIBS = $(call pkglibs,cmocka libcurl libpng $(PKG_gatehouse) $(PKG_gatehoused)) $(LIBS_gatehoused) $(LIBS_COMMON) -lm -lpthread -ldl
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(OUT)/tests/unit/%,$(UNIT_SRC))
SUPPORT_SRC := $(wildcard tests/support/*.c)
# An archive, so that a test of src/base links neither the server nor what starts it.
$(OUT)/libtest-support.a: $(call obj,$(SUPPORT_SRC))
	$(Q)rm -f $@ && ar rcs $@ $^
# The console without a network: what tests of ui/ use instead of the client, ahead of it.
$(OUT)/libtest-fake.a: $(call obj,$(wildcard tests/unit/ui/fake/*.c))
	$(Q)rm -f $@ && ar rcs $@ $^
$(OUT)/tests/unit/ui/%: $(OUT)/tests/unit/ui/%.o $(OUT)/libtest-fake.a $(OUT)/libtest-support.a $(OUT)/libgatehouse-test.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)
$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(OUT)/libtest-support.a $(OUT)/libgatehouse-test.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# A fuzz harness is one file with LLVMFuzzerTestOneInput. Outside the fuzz variant replay.c is its main.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(OUT)/tests/fuzz/%,$(FUZZ_SRC))
FUZZ_MAIN := $(if $(filter fuzz,$(VARIANT)),,$(OUT)/tests/fuzz/replay.o)
$(OUT)/tests/fuzz/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(OUT)/libtest-fake.a $(OUT)/libgatehouse-test.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# Small programs that scripts need: tests/support/bin/<name>.c
HELPER_BIN := $(patsubst tests/support/bin/%.c,$(OUT)/tests/bin/%,$(wildcard tests/support/bin/*.c))
$(OUT)/tests/bin/%: $(OUT)/tests/support/bin/%.o $(OUT)/libtest-support.a $(OUT)/libgatehouse-test.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

PROGRAMS := $(if $(wildcard ui/main.c),$(OUT)/gatehouse) $(if $(wildcard src/server/main.c),$(OUT)/gatehoused)
SCRIPTS := $(sort $(wildcard tests/e2e/*.exp tests/e2e/*.sh tests/contract/*.sh tests/selftest/*.sh))
test-programs: $(UNIT_BIN) $(FUZZ_BIN) $(HELPER_BIN) $(PROGRAMS)
test-run: test-programs
	$(Q)OUT=$(OUT) JOBS=$(JOBS) tests/run $(SCRIPTS) $(FUZZ_BIN) $(UNIT_BIN)

# The targets that people type look for packages first. They call make anew, since what this Makefile has read
# of the system (pkg-config) may change by that.
deps = $(Q)tests/support/deps.sh $(1)
jobs = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
again = +$(Q)$(MAKE) --no-print-directory $(jobs)
test:
	$(call deps,build test)
	$(again) test-run
check-asan:
	$(call deps,build test)
	$(again) VARIANT=asan test-run
check-tsan:
	$(call deps,build test)
	$(again) VARIANT=tsan test-run
check-pg:
	$(call deps,build test pg)
	$(again) test-programs
	+$(Q)tests/support/with-pg.sh $(MAKE) --no-print-directory $(jobs) test-run
run:
	$(call deps,build)
	$(again) all
	$(Q)build/gatehouse --demo
bench:
	$(call deps,build test bench)
	$(again) all bench-programs
	$(Q)OUT=$(OUT) sh tests/bench/run.sh

BENCH_BIN := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/*.c))
bench-programs: $(BENCH_BIN)
$(OUT)/bench/%: $(OUT)/tests/bench/%.o $(OUT)/libtest-support.a $(OUT)/libgatehouse-test.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# FUZZ_SECONDS for each harness; SELECT=pattern picks some. New inputs and crashes land in build/fuzz/.
CLANG ?= $(shell command -v clang-14 || command -v clang || echo clang)
fuzz:
	$(call deps,build test fuzz)
	$(again) VARIANT=fuzz CC="$(CLANG)" fuzz-run
fuzz-run: $(FUZZ_BIN)
	$(Q)OUT=$(OUT) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ_BIN)

# Screens that the tests compare with are rewritten from what the code draws now; review the difference.
golden-update:
	$(call deps,build test)
	$(again) test-programs
	$(Q)GATEHOUSE_GOLDEN_UPDATE=1 OUT=$(OUT) JOBS=1 tests/run $(filter %/test_golden %/test_golden_%,$(UNIT_BIN))

cov:
	$(call deps,build test)
	$(again) VARIANT=cov test-run
	$(Q)tests/support/coverage.sh build/cov $(ALL_SRC)

# --- Looking after the source -----------------------------------------------------------------------------------

lint: export CC := $(CC)
lint: export CPPFLAGS_ALL := $(CPPFLAGS_ALL)
lint: export CFLAGS_ALL := -std=c17 $(WARN)
lint:
	$(call deps,build test lint)
	$(again) objects
	$(Q)OUT=$(OUT) JOBS=$(JOBS) tests/lint/run

format:
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format-14 -i

# Pages that are made from the tables in the code and from the running programs. They are committed; lint fails
# when they are stale. `tables` prints the tables, `still.so` makes time stand still for screens.
doc:
	$(call deps,build test)
	$(again) all doc-programs
	$(Q)for g in $(sort $(wildcard doc/gen/*.sh)); do OUT=$(OUT) sh "$$g" || exit 1; done
doc-programs: $(OUT)/doc/tables $(OUT)/doc/still.so
$(OUT)/doc/tables: $(OUT)/doc/gen/tables.o $(OUT)/libgatehouse-test.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ \
	  $(call pkglibs,$(PKG_gatehouse) $(PKG_gatehoused)) $(LIBS_gatehoused) $(LIBS_COMMON) -lm -lpthread -ldl
$(OUT)/doc/still.so: doc/gen/still.c
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fPIC -shared -o $@ $<

compile_commands.json: Makefile $(ALL_SRC)
	$(Q){ echo '['; n=; for f in $(ALL_SRC) $(UNIT_SRC) $(SUPPORT_SRC); do \
	  printf '%s{"directory":"%s","file":"%s","command":"%s"}\n' "$$n" "$(CURDIR)" "$$f" \
	    "$$(printf '%s' '$(CC) -std=c17 $(CPPFLAGS_ALL) $(WARN) -c '"$$f" | sed 's/\\/\\\\/g; s/"/\\"/g')"; n=,; \
	done; echo ']'; } >$@

# --- Installing and packing -------------------------------------------------------------------------------------

D = $(DESTDIR)$(PREFIX)
MAN := $(wildcard doc/*.1 doc/*.5 doc/*.7 doc/*.8)
install: all
	$(Q)install -d '$(D)/bin' '$(D)/share/gatehouse/themes' '$(D)/share/doc/gatehouse'
	$(Q)install -m 755 $(OUT)/gatehouse $(OUT)/gatehoused '$(D)/bin'
	$(Q)install -m 644 README.md CHANGES.md LICENSE NOTICE '$(D)/share/doc/gatehouse'
	$(Q)for f in $(wildcard themes/*.theme); do install -m 644 "$$f" '$(D)/share/gatehouse/themes'; done
	$(Q)for f in $(MAN); do d='$(D)'/share/man/man$${f##*.}; install -d "$$d" && install -m 644 "$$f" "$$d"; done
	$(Q)install -d '$(D)/share/bash-completion/completions' '$(D)/share/zsh/site-functions' \
	  '$(D)/share/fish/vendor_completions.d' '$(D)/lib/systemd/system'
	$(Q)$(OUT)/gatehouse completion bash >'$(D)/share/bash-completion/completions/gatehouse'
	$(Q)$(OUT)/gatehouse completion zsh >'$(D)/share/zsh/site-functions/_gatehouse'
	$(Q)$(OUT)/gatehouse completion fish >'$(D)/share/fish/vendor_completions.d/gatehouse.fish'
	$(Q)sed 's|@PREFIX@|$(PREFIX)|g' doc/gatehoused.service >'$(D)/lib/systemd/system/gatehoused.service'
	$(Q)chmod 644 '$(D)/lib/systemd/system/gatehoused.service'
uninstall:
	$(Q)rm -f '$(D)/bin/gatehouse' '$(D)/bin/gatehoused' '$(D)/lib/systemd/system/gatehoused.service'
	$(Q)for f in $(MAN); do rm -f '$(D)'/share/man/man$${f##*.}/$${f##*/}; done
	$(Q)rm -f '$(D)/share/bash-completion/completions/gatehouse' '$(D)/share/zsh/site-functions/_gatehouse' \
	  '$(D)/share/fish/vendor_completions.d/gatehouse.fish'
	$(Q)rm -rf '$(D)/share/gatehouse' '$(D)/share/doc/gatehouse'

# The same bytes for the same commit, wherever it is made.
dist: | build
	$(Q)git archive --format=tar --prefix=gatehouse-$(VERSION)/ HEAD | gzip -9n >build/gatehouse-$(VERSION).tar.gz
	@echo "  DIST  build/gatehouse-$(VERSION).tar.gz"

clean:
	rm -rf build compile_commands.json

help:
	@echo 'all                 build/gatehouse and build/gatehoused'
	@echo 'run                 install what is missing, build, open the console on sample data'
	@echo 'test                install what is missing, build, run every test; SELECT=pattern runs some'
	@echo 'check-asan          the tests under AddressSanitizer and UndefinedBehaviourSanitizer'
	@echo 'check-tsan          the tests under ThreadSanitizer'
	@echo 'check-pg            the tests with the store on a private PostgreSQL'
	@echo 'bench               the benchmark table; SIZES=, ROUNDS=, SECS=, PARTS= as in tests/bench/run.sh'
	@echo 'fuzz                each fuzz harness for FUZZ_SECONDS (60)'
	@echo 'cov                 the tests with line coverage per file'
	@echo 'lint, format        check the source; format it'
	@echo 'doc, golden-update  remake generated pages; rewrite expected screens'
	@echo 'install, uninstall  DESTDIR= PREFIX=/usr/local'
	@echo 'dist                a source archive, the same bytes for the same commit'
	@echo 'clean               remove everything built'
	@echo 'Variables: VARIANT=release|debug|asan|tsan|cov|fuzz, CC=, CFLAGS=, LDFLAGS=, CI=1 (-Werror), V=1, JOBS='

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
.PHONY: all objects force test test-run test-programs check-asan check-tsan check-pg run bench bench-programs \
  fuzz fuzz-run golden-update cov lint format doc doc-programs install uninstall dist clean help
