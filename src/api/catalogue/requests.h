#ifndef API_CATALOGUE_REQUESTS_H
#define API_CATALOGUE_REQUESTS_H
/*
 * What requests hold, where more than one row needs it. Included by op.c alone, before the
 * rows; constant.
 */
#include "api/catalogue/choices.h"
#include "api/catalogue/shapes.h"

/* clang-format off */

#define TENANT_CHANGES                                                                            \
    OPTF("name", STRING, FIELD_NOT_EMPTY), OPT("metadata", ANY), OPT("status", STRING),           \
    OPT("website", STRING), OPT("applicationUrl", STRING), OPT("loginUrl", STRING),               \
    OPT("logo", STRING), OPT("logoUrl", STRING), OPT("address", STRING),                          \
    OPT("timezone", STRING), OPT("dateFormat", STRING), OPT("timeFormat", STRING),                \
    OPT("currency", STRING), OPT("creatorName", STRING), OPT("creatorEmail", STRING),             \
    OPT("isReseller", BOOL)

/* What may be changed about a tenant. Metadata that is given replaces all of it. */
static const struct field tenant_update_fields[] = {TENANT_CHANGES, {.name = NULL}};

/* As tenant_update_fields, and what came with the second version. */
static const struct field tenant_update_v2_fields[] = {
    TENANT_CHANGES, OPT_ENUM("tenantType", tenant_type_choices), OPT("domain", STRING),
    OPT("alias", STRING), OPT("address2", STRING), OPT("countryCode", STRING),
    OPT("state", STRING), OPT("city", STRING), OPT("postCode", STRING), OPT("industry", STRING),
    OPT("totalFunding", STRING), OPT("numberOfEmployees", INT), OPT("annualRevenue", NUMBER),
    OPT("yearFounded", INT), {.name = NULL}};

/* A new tenant. */
static const struct field tenant_create_request[] = {
    OPT("tenantId", STRING), OPTF("name", STRING, FIELD_NOT_EMPTY),
    OPT("parentTenantId", STRING), OPT("metadata", ANY), OPT("status", STRING),
    OPT("website", STRING), OPT("applicationUrl", STRING), OPT("logo", STRING),
    OPT("logoUrl", STRING), OPT("address", STRING), OPT("timezone", STRING),
    OPT("currency", STRING), OPT("creatorName", STRING), OPT("creatorEmail", STRING),
    OPT("isReseller", BOOL), {.name = NULL}};

/* A parent and a child. */
static const struct field hierarchy_pair_fields[] = {
    REQF("parentTenantId", STRING, FIELD_NOT_EMPTY),
    REQF("childTenantId", STRING, FIELD_NOT_EMPTY), {.name = NULL}};

/* JWT template rules of a request. */
static const struct field jwt_rules_fields[] = {
    OPT_OBJS("rules", jwt_rule_fields), {.name = NULL}};

/* MFA policy; mfaDeviceExpiration in seconds. */
static const struct field mfa_policy_request[] = {
    OPTX("enforceMFAType", ENUM, 0, .choices = mfa_enforce_choices, .preset = "Force"),
    OPTX("allowRememberMyDevice", BOOL, 0, .preset = "false"),
    OPTX("mfaDeviceExpiration", INT, FIELD_HAS_MIN, .min = 1, .preset = "1209600"),
    {.name = NULL}};

/* How many old passwords are refused. */
static const struct field password_history_request[] = {
    REQX("enabled", BOOL, 0, .preset = "false"),
    REQX("historySize", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 1, .max = 10, .preset = "1"),
    {.name = NULL}};

/* Both members are needed, also to update. */
static const struct field lockout_policy_request[] = {
    REQ("enabled", BOOL), REQX("maxAttempts", INT, FIELD_HAS_MIN, .min = 1), {.name = NULL}};

#define USER_CREATION                                                                             \
    OPT("email", EMAIL),                                                                          \
    OPTX("username", STRING, FIELD_HAS_MAX, .pattern = "^[a-zA-Z0-9._-]+$", .max = 255),          \
    OPTF("name", STRING, FIELD_NOT_EMPTY),                                                        \
    OPTX("profilePictureUrl", STRING, FIELD_HAS_MAX, .max = 4095),                                \
    OPTF("password", STRING, FIELD_SECRET), OPT("phoneNumber", PHONE),                            \
    OPTX("provider", ENUM, 0, .choices = provider_choices, .preset = "local"),                    \
    OPT("metadata", METADATA), OPT("skipInviteEmail", BOOL), OPT_LIST("roleIds", STRING),         \
    OPT("emailMetadata", OBJECT), OPTX("expirationInSeconds", INT, FIELD_HAS_MIN, .min = 300)

/* One of email and username must be there. */
static const struct field user_create_request[] = {USER_CREATION, {.name = NULL}};

/* One user of a bulk invitation. */
static const struct field user_invite_request[] = {
    USER_CREATION, OPT("verified", BOOL), {.name = NULL}};

#define USER_MIGRATION                                                                            \
    REQF("tenantId", STRING, FIELD_NOT_EMPTY), OPTF("name", STRING, FIELD_NOT_EMPTY),             \
    OPTX("profilePictureUrl", STRING, FIELD_HAS_MAX, .max = 4095),                                \
    OPTF("passwordHash", STRING, FIELD_SECRET),                                                   \
    OPT_ENUM("passwordHashType", password_hash_choices),                                          \
    OPTX("passwordHashConfig", STRING, FIELD_HAS_MAX, .max = 4095),                               \
    OPTF("authenticatorAppMfaSecret", STRING, FIELD_SECRET), OPT("phoneNumber", PHONE),           \
    OPT_ENUM("phoneNumberType", phone_type_choices),                                              \
    OPTX("provider", ENUM, 0, .choices = provider_choices, .preset = "local"),                    \
    OPT("metadata", METADATA), OPT_LIST("roleIds", STRING), OPT("vendorMetadata", METADATA),      \
    OPT("externalId", STRING), OPTX("username", STRING, FIELD_HAS_MAX, .max = 128)

/* A user of another system. A hash without its type is bcrypt. */
static const struct field migrate_user_request[] = {
    USER_MIGRATION, REQ("email", EMAIL), OPTX("verifyUser", BOOL, 0, .preset = "false"),
    {.name = NULL}};

/* As migrate_user_request, with any number of addresses. */
static const struct field migrate_user_v2_request[] = {
    USER_MIGRATION,
    OPT_OBJS("emails", FIELDS(
        REQ("email", EMAIL), REQ("primary", BOOL), REQ("verified", BOOL))),
    {.name = NULL}};

/* What a person may change about themselves. */
static const struct field me_update_request[] = {
    OPT("phoneNumber", PHONE),
    OPTX("profilePictureUrl", STRING, FIELD_NULLABLE | FIELD_HAS_MAX, .max = 4095),
    OPT("metadata", METADATA), OPTF("name", STRING, FIELD_NOT_EMPTY), {.name = NULL}};

/* Captcha policy. */
static const struct field captcha_request[] = {
    REQ("enabled", BOOL), REQF("siteKey", STRING, FIELD_NOT_EMPTY),
    REQF("secretKey", STRING, FIELD_SECRET | FIELD_NOT_EMPTY),
    REQX("minScore", NUMBER, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 0, .max = 1),
    OPT_LIST("ignoredEmails", STRING), {.name = NULL}};

/* The columns of an export. */
static const struct field audits_export_request[] = {
    REQ_OBJS("properties", FIELDS(
        REQF("displayName", STRING, FIELD_NOT_EMPTY), REQF("name", STRING, FIELD_NOT_EMPTY))),
    {.name = NULL}};

/* Second step of passwordless sign-in. */
static const struct field passwordless_request[] = {
    REQF("token", STRING, FIELD_SECRET | FIELD_NOT_EMPTY), OPT("recaptchaToken", STRING),
    OPTF("invitationToken", STRING, FIELD_SECRET), {.name = NULL}};

/* A step of MFA at sign-in that needs the mfaToken alone. */
static const struct field mfa_token_request[] = {
    REQF("mfaToken", STRING, FIELD_SECRET | FIELD_NOT_EMPTY), {.name = NULL}};

/* `value` is the six-digit code. */
static const struct field mfa_code_request[] = {
    REQF("value", STRING, FIELD_SECRET | FIELD_NOT_EMPTY),
    REQF("mfaToken", STRING, FIELD_SECRET | FIELD_NOT_EMPTY), OPT("rememberDevice", BOOL),
    {.name = NULL}};

/* Ids of roles. */
static const struct field role_ids_request[] = {REQ_LIST("roleIds", STRING), {.name = NULL}};

/* Ids of users. */
static const struct field user_ids_request[] = {REQ_LIST("userIds", STRING), {.name = NULL}};

/* Start of an approval flow. */
static const struct field approval_execute_request[] = {
    OPT("executionData", OBJECT), OPT("webhookUrl", STRING), {.name = NULL}};

/* A new tenant API token. */
static const struct field tenant_api_token_request[] = {
    OPT("metadata", OBJECT), OPT("description", STRING), OPT_LIST("roleIds", STRING),
    OPT_LIST("permissionIds", STRING), OPTX("expiresInMinutes", INT, FIELD_HAS_MIN, .min = 1),
    {.name = NULL}};

/* A code that was sent, and the token of the attempt. */
static const struct field otc_code_request[] = {
    REQF("otcToken", STRING, FIELD_SECRET | FIELD_NOT_EMPTY),
    REQF("code", STRING, FIELD_SECRET | FIELD_NOT_EMPTY), {.name = NULL}};

/* A code that was sent, at sign-in. */
static const struct field otc_mfa_request[] = {
    REQF("otcToken", STRING, FIELD_SECRET | FIELD_NOT_EMPTY),
    REQF("code", STRING, FIELD_SECRET | FIELD_NOT_EMPTY),
    REQF("mfaToken", STRING, FIELD_SECRET | FIELD_NOT_EMPTY), OPT("rememberDevice", BOOL),
    {.name = NULL}};
#endif
