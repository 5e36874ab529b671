/* The configuration of the environment: one object, no list. */
#include "ui/resources/all.h"

static const struct column sign_in[] = {
    {.title = "Sign-in by", .field = "authStrategy"},
    {.title = "Sign-up allowed", .field = "allowSignups", .format = FMT_YESNO},
    {.title = "Unverified may sign in", .field = "allowNotVerifiedUsersLogin", .format = FMT_YESNO},
    {.title = "Invitations", .field = "allowTenantInvitations", .format = FMT_YESNO},
    {.title = "Permissions enforced", .field = "forcePermissions", .format = FMT_YESNO},
    {.title = NULL}};

static const struct column tokens[] = {
    {.title = "Token life (s)", .field = "defaultTokenExpiration"},
    {.title = "Refresh life (s)", .field = "defaultRefreshTokenExpiration"},
    {.title = "Rotate refresh tokens", .field = "rotateRefreshTokens", .format = FMT_YESNO},
    {.title = "Algorithm", .field = "jwtAlgorithm"},
    {.title = "Roles in the token", .field = "addRolesToJwt", .format = FMT_YESNO},
    {.title = "Cookie same-site", .field = "cookieSameSite"},
    {.title = "API tokens", .field = "apiTokensEnabled", .format = FMT_YESNO},
    {.title = "Public key", .field = "publicKey"},
    {.title = NULL}};

static const struct section sections[] = {{.title = "Signing in", .fields = sign_in},
                                          {.title = "Tokens", .fields = tokens},
                                          {.title = NULL}};

static const struct form_hint form[] = {
    {.field = "authStrategy", .label = "Sign-in by"},
    {.field = "allowSignups", .label = "Sign-up allowed"},
    {.field = "allowNotVerifiedUsersLogin", .label = "Unverified sign in"},
    {.field = "allowTenantInvitations", .label = "Invitations"},
    {.field = "forcePermissions", .label = "Enforce permissions"},
    {.field = "defaultTokenExpiration", .label = "Token life (s)"},
    {.field = "defaultRefreshTokenExpiration", .label = "Refresh life (s)"},
    {.field = "rotateRefreshTokens", .label = "Rotate refresh"},
    {.field = "cookieSameSite", .label = "Cookie same-site"},
    {.field = NULL}};

static const struct action actions[] = {
    {.key = "e",
     .name = "edit",
     .label = "Edit configuration",
     .op = OP_config_update,
     .flags = ACTION_ROW | ACTION_RELOAD | ACTION_DIFF | ACTION_HINTED,
     .form = form},
    {.name = NULL}};

const struct resource resource_configuration = {.id = "configuration",
                                                .title = "Configuration",
                                                .singular = "configuration",
                                                .row_id = "id",
                                                .detail = OP_config_get,
                                                .sections = sections,
                                                .actions = actions};
