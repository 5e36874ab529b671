# gatehouse and gatehoused. `make help` lists the targets; V=1 shows the commands.
# Objects live in build/$(VARIANT)/, so variants stand side by side: release debug asan tsan cov fuzz.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

CC ?= cc
ifeq ($(origin CC),default)
CC := cc
endif
VARIANT ?= release
PREFIX ?= /usr/local
OUT := build/$(VARIANT)
Q := $(if $(V),,@)

VERSION := 0.1.0

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wformat=2 -Wcast-qual -Wwrite-strings \
  -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wimplicit-fallthrough -Wconversion \
  -Wno-sign-conversion -Werror=format-security $(if $(CI),-Werror)
CPPFLAGS_ALL := -D_POSIX_C_SOURCE=200809L -DGATEHOUSE_VERSION='"$(VERSION)"' -Isrc -I.
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
CFLAGS_debug := -Og -g3
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -g -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_cov := -O0 -g --coverage
LDFLAGS_cov := --coverage
ifeq ($(CFLAGS_$(VARIANT)),)
$(error unknown VARIANT '$(VARIANT)': one of release debug asan tsan cov)
endif
CFLAGS_ALL := -std=c17 $(WARN) $(CFLAGS_$(VARIANT)) $(CFLAGS)

PKG_COMMON := libcjson libsodium libutf8proc
PKG_gatehouse := $(PKG_COMMON) libcurl ncursesw libqrencode
PKG_gatehoused := $(PKG_COMMON) libmicrohttpd sqlite3 libpq libcrypto libargon2 libidn2
pkgcflags = $(shell pkg-config --cflags $(1) 2>/dev/null)
pkglibs = $(shell pkg-config --libs $(1) 2>/dev/null)
CPPFLAGS_ALL += $(sort $(call pkgcflags,$(PKG_gatehouse) $(PKG_gatehoused)))

src = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c)))
obj = $(patsubst %.c,$(OUT)/%.o,$(1))

# What each program is made of. `main` files are named so and never go into the test library.
SHARED_SRC := $(call src,src/base src/api)
CONSOLE_SRC := $(call src,src/net src/client src/cli src/qr ui ui/resources)
SERVER_SRC := $(call src,src/crypto src/db src/store src/server src/server/ops)
CONSOLE_LIB := $(filter-out %/main.c,$(CONSOLE_SRC))
SERVER_LIB := $(filter-out %/main.c,$(SERVER_SRC))

all: build/gatehouse build/gatehoused

build/gatehouse: $(OUT)/gatehouse | build
	$(Q)ln -sf $(VARIANT)/gatehouse $@
build/gatehoused: $(OUT)/gatehoused | build
	$(Q)ln -sf $(VARIANT)/gatehoused $@
build:
	$(Q)mkdir -p $@

$(OUT)/gatehouse: $(call obj,$(SHARED_SRC) $(CONSOLE_SRC))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(call pkglibs,$(PKG_gatehouse)) -lpthread -ldl
$(OUT)/gatehoused: $(call obj,$(SHARED_SRC) $(SERVER_SRC))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(call pkglibs,$(PKG_gatehoused)) -lpthread

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Unit tests: tests/unit/<folder>/test_<file>.c, one program each, cmocka.
LIB_OBJ := $(call obj,$(SHARED_SRC) $(CONSOLE_LIB) $(SERVER_LIB))
$(OUT)/libgatehouse-test.a: $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
TEST_LIBS = $(call pkglibs,cmocka $(PKG_gatehouse) $(PKG_gatehoused)) -lpthread -ldl
UNIT_SRC := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(OUT)/tests/unit/%,$(UNIT_SRC))
SUPPORT_SRC := $(wildcard tests/support/*.c)
$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(call obj,$(SUPPORT_SRC)) $(OUT)/libgatehouse-test.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)
.PRECIOUS: $(OUT)/%.o

clean:
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
.PHONY: all clean
