#ifndef API_CATALOGUE_CHOICES_H
#define API_CATALOGUE_CHOICES_H
/*
 * Choices and query parameters that more than one row of the catalogue uses. Included by op.c
 * alone, before the rows; constant.
 */
#include "api/op.h"

/* clang-format off */

static const char *const message_channel_choices[] = {"email", "sms", NULL};
static const char *const message_state_choices[] = {"queued", "sent", "failed", NULL};
static const char *const order_choices[] = {"ASC", "DESC", NULL};
static const char *const live_sort_choices[] = {"createdAt", "usedAt", "ip", "client", "mfa", NULL};
static const char *const live_group_choices[] = {"user", "ip", "client", NULL};
static const char *const live_event_choices[] = {"started", "ended", NULL};
static const char *const live_mfa_choices[] = {
    "none", "remembered", "email", "sms", "app", "key", NULL};
static const char *const provider_choices[] = {
    "local", "saml", "google", "github", "facebook", "microsoft", "scim2", "slack", "apple", NULL};
static const char *const managed_by_choices[] = {"frontegg", "scim2", "external", NULL};
static const char *const mfa_enforce_choices[] = {"DontForce", "Force", "ForceExceptSAML", NULL};
static const char *const mfa_strategy_choices[] = {
    "AuthenticatorApp", "WebAuthnPlatform", "WebAuthnCrossPlatform", "SMS", "EmailCode", NULL};
static const char *const list_type_choices[] = {"ALLOW", "BLOCK", NULL};
static const char *const assignment_choices[] = {"NEVER", "ALWAYS", "ASSIGNABLE", NULL};
static const char *const user_status_choices[] = {
    "PendingInvitation", "PendingLogin", "Activated", "NotActivated", NULL};
static const char *const identifier_choices[] = {"email", "phoneNumber", "username", NULL};
static const char *const user_sort_choices[] = {
    "createdAt", "name", "email", "id", "verified", "isLocked", "provider", "tenantId", NULL};
static const char *const jwt_alg_choices[] = {"RS256", "HS256", NULL};
static const char *const code_or_link_choices[] = {"code", "link", NULL};
static const char *const m2m_choices[] = {"ClientCredentials", "AccessToken", NULL};
static const char *const same_site_choices[] = {"STRICT", "LAX", "NONE", NULL};
static const char *const group_relation_choices[] = {"roles", "users", "rolesAndUsers", NULL};
static const char *const webauthn_device_choices[] = {"Platform", "CrossPlatform", NULL};
static const char *const mail_provider_choices[] = {
    "sendgrid", "mailgun", "ses", "ses-role", NULL};
static const char *const password_hash_choices[] = {
    "bcrypt", "scrypt", "firebase-scrypt", "pbkdf2", "argon2", "sha256", "sha1", NULL};
static const char *const phone_type_choices[] = {"auth", "mfa", NULL};
static const char *const tenant_type_choices[] = {
    "customer", "spam", "test", "reseller", "headquarter", NULL};
static const char *const sub_access_choices[] = {"defaultOff", "defaultOn", "alwaysOn", NULL};
static const char *const severity_choices[] = {
    "Info", "Medium", "High", "Critical", "Error", NULL};
static const char *const tenant_resolver_choices[] = {
    "dynamic", "static", "new", "from-source", NULL};
static const char *const mail_template_choices[] = {
    "ResetPassword", "ActivateUser", "InviteToTenant", "PwnedPassword", "MagicLink", "OTC",
    "ConnectNewDevice", "UserUsedInvitation", "ResetPhoneNumber", "BulkInvitesToTenant",
    "MFAEnroll", "MFAUnenroll", "NewMFAMethod", "MFARecoveryCode", "RemoveMFAMethod",
    "EmailVerification", "BruteForceProtection", "SuspiciousIP", "MFAOTC", "ImpossibleTravel",
    "BotDetection", "SmsAuthenticationEnabled", "UnlockUser", "UnlockUserSuccess",
    "ActivateUserWithCode", "InviteToTenantWithCode", "VerifyNewEmail", "EmailAddressChanged",
    "ApprovalFlowApprove", NULL};

/* Paging: _offset is a page number. */
#define PAGE_QUERY(preset_limit, most)                                                            \
    OPTX("_limit", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 1, .max = (most),                   \
         .preset = (preset_limit)),                                                               \
    OPTX("_offset", INT, FIELD_HAS_MIN, .min = 0, .preset = "0")

/* What lists of users can be narrowed and sorted by. */
#define USERS_QUERY                                                                               \
    PAGE_QUERY("50", 200), OPT("_email", STRING), OPT("_tenantId", STRING),                       \
    OPTX("ids", ARRAY, FIELD_COMMA, .item = KIND_STRING),                                         \
    OPTX("_externalIds", ARRAY, FIELD_COMMA, .item = KIND_STRING),                                \
    OPT("_identifier", STRING), OPT_ENUM("_identifierType", identifier_choices),                  \
    OPT("_namePrefix", STRING), OPTX("_includeSubTenants", BOOL, 0, .preset = "true"),            \
    OPT_ENUM("_preset", CHOICES("mfa-unenrolled", "breached-passwords", "inactive")),             \
    OPTX("_maxInactiveSeconds", INT, FIELD_HAS_MIN, .min = 0),                                    \
    OPT_ENUM("_sortBy", user_sort_choices), OPT_ENUM("_order", order_choices)

#define SORT_QUERY                                                                                \
    OPTX("sortBy", STRING, 0, .pattern = "^[A-Za-z0-9_]+$"),                                      \
    OPTX("sortDirection", STRING, 0, .pattern = "^([aA][sS][cC]|[dD][eE][sS][cC])$")

/* Audits count in rows, not pages. */
#define AUDITS_QUERY                                                                              \
    REQX("count", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 1, .max = 200),                      \
    REQX("offset", INT, FIELD_HAS_MIN, .min = 0), SORT_QUERY, OPT("created_from", TIME),          \
    OPT("created_to", TIME), OPT_LIST("tenant_ids", STRING), OPT_LIST("users", STRING),           \
    OPT_LIST("email", STRING), OPT("filter", STRING), OPT("featureFlagId", STRING)

#define AUDITS_QUERY_V1                                                                           \
    REQX("count", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 1, .max = 200),                      \
    REQX("offset", INT, FIELD_HAS_MIN, .min = 0), SORT_QUERY, OPT("filter", STRING),              \
    OPT("limit", INT), OPT("paginationMode", STRING), OPT("vendorId", STRING),                    \
    OPT("tenantId", STRING)
#endif
