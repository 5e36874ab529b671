#ifndef API_CATALOGUE_SHAPES_H
#define API_CATALOGUE_SHAPES_H
/*
 * What answers hold, where more than one row needs it. Included by op.c alone, before the
 * rows; constant.
 */
#include "api/catalogue/choices.h"

/* clang-format off */

#define USER_HEAD                                                                                 \
    OPT("id", STRING), OPT("sub", STRING), OPTF("email", EMAIL, FIELD_NULLABLE),                  \
    OPTF("name", STRING, FIELD_NULLABLE), OPTF("profilePictureUrl", URL, FIELD_NULLABLE),         \
    OPT("verified", BOOL), OPT("mfaEnrolled", BOOL), OPT("mfaBypass", BOOL),                      \
    OPTF("phoneNumber", PHONE, FIELD_NULLABLE), OPT_ENUM("provider", provider_choices),           \
    OPT_ENUM("managedBy", managed_by_choices), OPT("metadata", METADATA),                         \
    OPT("vendorMetadata", METADATA), OPTF("externalId", STRING, FIELD_NULLABLE),                  \
    OPTF("tenantId", STRING, FIELD_NULLABLE), OPT_LIST("tenantIds", STRING),                      \
    OPT_OBJS("tenants", user_tenant_fields)

#define USER_TAIL                                                                                 \
    OPT("activatedForTenant", BOOL), OPT("isLocked", BOOL), OPT("invisible", BOOL),               \
    OPT("superUser", BOOL), OPT("subAccountAccessAllowed", BOOL), OPT("createdAt", TIME),         \
    OPTF("lastLogin", TIME, FIELD_NULLABLE)

#define TENANT_HEAD                                                                               \
    OPT("id", STRING), OPT("vendorId", STRING), OPT("tenantId", STRING), OPT("name", STRING),     \
    OPT("metadata", METADATA), OPT("isReseller", BOOL),                                           \
    OPTF("creatorName", STRING, FIELD_NULLABLE), OPTF("creatorEmail", STRING, FIELD_NULLABLE),    \
    OPTF("status", STRING, FIELD_NULLABLE), OPTF("website", STRING, FIELD_NULLABLE),              \
    OPTF("applicationUrl", STRING, FIELD_NULLABLE), OPTF("loginUrl", STRING, FIELD_NULLABLE),     \
    OPTF("logo", STRING, FIELD_NULLABLE), OPTF("logoUrl", STRING, FIELD_NULLABLE),                \
    OPTF("address", STRING, FIELD_NULLABLE), OPTF("timezone", STRING, FIELD_NULLABLE),            \
    OPTF("dateFormat", STRING, FIELD_NULLABLE), OPTF("timeFormat", STRING, FIELD_NULLABLE),       \
    OPTF("currency", STRING, FIELD_NULLABLE)

#define STAMPS                                                                                    \
    OPT("createdAt", TIME), OPT("updatedAt", TIME)

/* A role. `permissions` holds permission ids; tenantId null is a role of the environment. */
static const struct field role_fields[] = {
    OPT("id", STRING), OPT("vendorId", STRING), OPTF("tenantId", STRING, FIELD_NULLABLE),
    OPT("key", STRING), OPT("name", STRING), OPTF("description", STRING, FIELD_NULLABLE),
    OPT("isDefault", BOOL), OPT("firstUserRole", BOOL), OPT("level", INT),
    OPT_LIST("permissions", STRING), STAMPS, {.name = NULL}};

/* A role as the answers about a user's roles hold it. */
static const struct field role_brief_fields[] = {
    OPT("id", STRING), OPT("key", STRING), OPT("name", STRING),
    OPTF("description", STRING, FIELD_NULLABLE), OPT("isDefault", BOOL), OPT("level", INT),
    OPT("createdAt", TIME), {.name = NULL}};

/* A role inside a group: no permissions. */
static const struct field role_group_fields[] = {
    OPT("id", STRING), OPT("vendorId", STRING), OPTF("tenantId", STRING, FIELD_NULLABLE),
    OPT("key", STRING), OPT("name", STRING), OPTF("description", STRING, FIELD_NULLABLE),
    OPT("isDefault", BOOL), OPT("firstUserRole", BOOL), OPT("level", INT), STAMPS,
    {.name = NULL}};

/* A permission. fePermission marks a built-in one. */
static const struct field permission_fields[] = {
    OPT("id", STRING), OPT("key", STRING), OPT("name", STRING),
    OPTF("description", STRING, FIELD_NULLABLE),
    OPTF("categoryId", STRING, FIELD_NULLABLE),
    OPT("fePermission", BOOL), OPT_ENUM("assignmentType", assignment_choices),
    OPT_LIST("roleIds", STRING), STAMPS, {.name = NULL}};

/* A permission category. */
static const struct field category_fields[] = {
    OPT("id", STRING), OPT("name", STRING), OPTF("description", STRING, FIELD_NULLABLE),
    OPT("feCategory", BOOL), OPT_LIST("permissionIds", STRING), STAMPS, {.name = NULL}};

/* Membership of a user in one tenant. */
static const struct field user_tenant_fields[] = {
    OPT("tenantId", STRING), OPT_OBJS("roles", role_fields),
    OPTF("temporaryExpirationDate", TIME, FIELD_NULLABLE), OPT("isDisabled", BOOL),
    {.name = NULL}};

/* A user of a list, or by e-mail: roles are inside `tenants` only. */
static const struct field user_v3_fields[] = {USER_HEAD, USER_TAIL, {.name = NULL}};

/* A group a user is in. */
static const struct field user_group_fields[] = {
    OPT("id", STRING), OPT_OBJS("roles", role_fields), {.name = NULL}};

/* A user in full. */
static const struct field user_fields[] = {
    USER_HEAD, OPT_OBJS("roles", role_fields), OPT_OBJS("permissions", permission_fields),
    OPT_OBJS("groups", user_group_fields), USER_TAIL, {.name = NULL}};

/* A user as the second of the old lists gives it. */
static const struct field user_old_fields[] = {
    USER_HEAD, OPT_OBJS("roles", role_fields), OPT_OBJS("permissions", permission_fields),
    OPT_OBJS("groups", user_group_fields), OPT_LIST("rolesIds", STRING),
    OPTF("profileImage", URL, FIELD_NULLABLE), USER_TAIL, {.name = NULL}};

/* The answer to the creation of a user. Roles and permissions are objects on the wire. */
static const struct field user_created_fields[] = {
    OPT("id", STRING), OPTF("email", EMAIL, FIELD_NULLABLE), OPT("verified", BOOL),
    OPTF("name", STRING, FIELD_NULLABLE), OPTF("profilePictureUrl", URL, FIELD_NULLABLE),
    OPT_OBJS("roles", role_fields),
    OPT_OBJS("permissions", permission_fields), OPT("metadata", METADATA), OPT("createdAt", TIME),
    OPTF("lastLogin", TIME, FIELD_NULLABLE), OPT("activatedForTenant", BOOL),
    OPTF("temporaryExpirationDate", TIME, FIELD_NULLABLE), {.name = NULL}};

/* A tenant. `tenantId` is the id used everywhere; `id` is a row id. */
static const struct field tenant_fields[] = {
    TENANT_HEAD, STAMPS, OPTF("deletedAt", TIME, FIELD_NULLABLE), {.name = NULL}};

/* A tenant as the second version of the routes gives it. */
static const struct field tenant_v2_fields[] = {
    TENANT_HEAD, OPTX("tenantType", ENUM, FIELD_NULLABLE, .choices = tenant_type_choices),
    OPTF("domain", STRING, FIELD_NULLABLE), OPTF("alias", STRING, FIELD_NULLABLE),
    OPTF("address2", STRING, FIELD_NULLABLE), OPTF("countryCode", STRING, FIELD_NULLABLE),
    OPTF("state", STRING, FIELD_NULLABLE), OPTF("city", STRING, FIELD_NULLABLE),
    OPTF("postCode", STRING, FIELD_NULLABLE), OPTF("industry", STRING, FIELD_NULLABLE),
    OPTF("numberOfEmployees", INT, FIELD_NULLABLE), OPTF("annualRevenue", NUMBER, FIELD_NULLABLE),
    OPTF("yearFounded", INT, FIELD_NULLABLE), OPTF("totalFunding", STRING, FIELD_NULLABLE),
    OPT("hasCustomLogin", BOOL), STAMPS, OPTF("deletedAt", TIME, FIELD_NULLABLE), {.name = NULL}};

/* Tenants of the caller, and the one that is active. */
static const struct field me_tenants_fields[] = {
    OPT_OBJS("tenants", tenant_fields),
    OPTX("activeTenant", OBJECT, FIELD_NULLABLE, .fields = tenant_fields), {.name = NULL}};

/* A user inside a group. */
static const struct field group_user_fields[] = {
    OPT("id", STRING), OPT("email", EMAIL), OPTF("name", STRING, FIELD_NULLABLE),
    OPTF("profilePictureUrl", URL, FIELD_NULLABLE), OPT("activatedForTenant", BOOL),
    OPT("createdAt", TIME), {.name = NULL}};

/* A group. Roles and users only when _groupsRelations asks. */
static const struct field group_fields[] = {
    OPT("id", STRING), OPT("name", STRING), OPTF("color", STRING, FIELD_NULLABLE),
    OPTF("description", STRING, FIELD_NULLABLE), OPT("metadata", METADATA),
    OPTX("roles", ARRAY, FIELD_SPARSE, .item = KIND_OBJECT, .fields = role_group_fields),
    OPTX("users", ARRAY, FIELD_SPARSE, .item = KIND_OBJECT, .fields = group_user_fields),
    OPT_ENUM("managedBy", managed_by_choices), STAMPS, {.name = NULL}};

/* A live session of a user. */
static const struct field session_fields[] = {
    OPT("id", STRING), OPT("createdAt", TIME), OPT("expires", TIME), OPT("ipAddress", STRING),
    OPT("userAgent", STRING), OPT("current", BOOL), OPT("impersonated", BOOL), {.name = NULL}};

/* A live session as an administrator sees it. */
static const struct field live_session_fields[] = {
    REQ("id", STRING), REQ("userId", STRING), OPTF("email", STRING, FIELD_NULLABLE), REQ("tenantId", STRING),
    REQ("ip", STRING), REQ("client", STRING), REQ("userAgent", STRING), REQ_ENUM("mfa", live_mfa_choices),
    REQ("createdAt", TIME), REQ("usedAt", TIME), REQ("expiresAt", TIME), REQ("impersonated", BOOL),
    REQ("current", BOOL), {.name = NULL}};

/* A message on its way or gone; its text is never shown. */
static const struct field message_fields[] = {
    REQ("id", STRING), REQ_ENUM("channel", message_channel_choices),
    REQ_ENUM("state", message_state_choices), REQ("to", STRING),
    OPTF("from", STRING, FIELD_NULLABLE), OPTF("fromName", STRING, FIELD_NULLABLE),
    OPTF("template", STRING, FIELD_NULLABLE), OPTF("userId", STRING, FIELD_NULLABLE),
    OPTF("tenantId", STRING, FIELD_NULLABLE), OPTF("provider", STRING, FIELD_NULLABLE),
    OPTF("reference", STRING, FIELD_NULLABLE), OPTF("status", INT, FIELD_NULLABLE),
    OPTF("error", STRING, FIELD_NULLABLE), REQ("attempts", INT),
    OPTF("nextAttemptAt", TIME, FIELD_NULLABLE), REQ("createdAt", TIME), REQ("updatedAt", TIME),
    {.name = NULL}};

/* Second factors of a user. The e-mail factor has no id. */
static const struct field mfa_devices_fields[] = {
    OPT_OBJS("webauthn", FIELDS(
        OPT("id", STRING), OPT_ENUM("deviceType", webauthn_device_choices), OPT("name", STRING))),
    OPT_OBJS("phones", FIELDS(OPT("id", STRING), OPT("phoneNumber", STRING))),
    OPT_OBJS("authenticators", FIELDS(OPT("id", STRING))),
    OPT_OBJS("emails", FIELDS(OPT("email", STRING))), {.name = NULL}};

/* The answer to every way of signing in. With MFA due there is an mfaToken and no accessToken. */
static const struct field login_fields[] = {
    OPT("tokenType", STRING), OPT("mfaRequired", BOOL), OPTF("accessToken", STRING, FIELD_SECRET),
    OPTF("refreshToken", STRING, FIELD_SECRET), OPT("expiresIn", INT), OPT("expires", STRING),
    OPT("userId", STRING), OPT("userEmail", EMAIL), OPT("emailVerified", BOOL),
    OPT("mfaEnrolled", BOOL), OPTF("mfaToken", STRING, FIELD_SECRET),
    OPT_OBJ("mfaDevices", mfa_devices_fields),
    OPTX("mfaStrategies", ARRAY, 0, .item = KIND_ENUM, .choices = mfa_strategy_choices),
    OPTF("qrCode", STRING, FIELD_SECRET), OPTF("recoveryCode", STRING, FIELD_SECRET),
    OPTF("otcToken", STRING, FIELD_SECRET), OPTF("resetPasswordToken", STRING, FIELD_SECRET),
    OPT("passwordExpiresIn", INT), OPT("notificationPeriod", INT),
    OPT("isBreachedPassword", BOOL), {.name = NULL}};

/* The answer to a sign-up. */
static const struct field sign_up_fields[] = {
    OPT("shouldActivate", BOOL), OPT("userId", STRING), OPT("tenantId", STRING),
    OPT_OBJ("authResponse", login_fields), OPTF("activationToken", STRING, FIELD_SECRET),
    {.name = NULL}};

/* A machine session; the second version of the route speaks snake case. */
static const struct field api_session_fields[] = {
    OPTF("access_token", STRING, FIELD_SECRET), OPTF("refresh_token", STRING, FIELD_SECRET),
    OPT("expires_in", INT), OPT("expires", STRING), {.name = NULL}};

/* A machine session in camel case. */
static const struct field api_session_v1_fields[] = {
    OPTF("accessToken", STRING, FIELD_SECRET), OPTF("refreshToken", STRING, FIELD_SECRET),
    OPT("expiresIn", INT), OPT("expires", STRING), {.name = NULL}};

/* The QR picture of a new authenticator, a data:image/png URL. It holds the shared secret. */
static const struct field qr_fields[] = {OPTF("qrCode", STRING, FIELD_SECRET), {.name = NULL}};

/* The code that removes MFA; shown once. */
static const struct field recovery_fields[] = {
    OPTF("recoveryCode", STRING, FIELD_SECRET), {.name = NULL}};

/* A code went to a phone; the token names the attempt. */
static const struct field otc_phone_fields[] = {
    OPTF("otcToken", STRING, FIELD_SECRET), OPT("phoneNumber", STRING), {.name = NULL}};

/* What a browser is asked for a security key: to make a credential, and to use one. Members are those
 * of WebAuthn's creation and request options as JSON; binary ones are base64url. */
static const struct field webauthn_credential_fields[] = {
    OPT("type", STRING), OPT("id", STRING), {.name = NULL}};
static const struct field webauthn_create_fields[] = {
    OPTF("webauthnToken", STRING, FIELD_SECRET),
    OPT_OBJ("options", FIELDS(
        OPT_OBJ("rp", FIELDS(OPT("id", STRING), OPT("name", STRING))),
        OPT_OBJ("user", FIELDS(
            OPT("id", STRING), OPT("name", STRING), OPT("displayName", STRING))),
        OPT("challenge", STRING),
        OPT_OBJS("pubKeyCredParams", FIELDS(OPT("type", STRING), OPT("alg", INT))),
        OPT("timeout", INT), OPT_OBJS("excludeCredentials", webauthn_credential_fields),
        OPT("authenticatorSelection", OBJECT), OPT("attestation", STRING))), {.name = NULL}};
static const struct field webauthn_get_fields[] = {
    OPTF("webauthnToken", STRING, FIELD_SECRET),
    OPT_OBJ("options", FIELDS(
        OPT("challenge", STRING), OPT_OBJS("allowCredentials", webauthn_credential_fields),
        OPT("timeout", INT), OPT("rpId", STRING), OPT("userVerification", STRING))),
    {.name = NULL}};

/* MFA configuration of the environment. */
static const struct field mfa_config_fields[] = {
    OPT_OBJ("authenticationApp", FIELDS(OPT("active", BOOL), OPT("serviceName", STRING))),
    OPT_OBJ("sms", FIELDS(OPT("active", BOOL), OPT("tokenLifetimeSeconds", INT))),
    OPT_OBJ("email", FIELDS(
        OPT("active", BOOL), OPT("tokenLifetimeSeconds", INT), OPT("sender", STRING))),
    {.name = NULL}};

/* Who must use MFA. */
static const struct field mfa_policy_fields[] = {
    OPT("id", STRING), OPT_ENUM("enforceMFAType", mfa_enforce_choices),
    OPT("allowRememberMyDevice", BOOL), OPT("mfaDeviceExpiration", INT), STAMPS, {.name = NULL}};

/* Lockout policy. */
static const struct field lockout_policy_fields[] = {
    OPT("id", STRING), OPT("enabled", BOOL), OPT("maxAttempts", INT), STAMPS, {.name = NULL}};

/* Password complexity. */
static const struct field password_config_fields[] = {
    OPT("allowPassphrases", BOOL), OPTX("maxLength", INT, FIELD_HAS_MIN, .min = 1),
    OPTX("minLength", INT, FIELD_HAS_MIN, .min = 1),
    OPTX("minPhraseLength", INT, FIELD_HAS_MIN, .min = 1),
    OPTX("minOptionalTestsToPass", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 0, .max = 4),
    OPT("blockPwnedPasswords", BOOL),
    OPT_OBJ("optionalTests", FIELDS(
        OPT("requireLowercase", BOOL), OPT("requireUppercase", BOOL), OPT("requireNumbers", BOOL),
        OPT("requireSpecialChars", BOOL))),
    OPT_OBJ("requiredTests", FIELDS(OPT("checkThreeRepeatedChars", BOOL))), {.name = NULL}};

/* Password history policy. */
static const struct field password_history_fields[] = {
    OPT("id", STRING), OPT("enabled", BOOL), OPT("historySize", INT), STAMPS, {.name = NULL}};

/* Password rotation; minutes. */
static const struct field password_rotation_fields[] = {
    OPT("isActive", BOOL), OPT("rotationPeriod", INT), OPT("notificationPeriod", INT),
    OPTF("tenantId", STRING, FIELD_NULLABLE), STAMPS, {.name = NULL}};

/* How long sessions last; seconds. In requests a part that is left out stays as it is. */
static const struct field session_config_fields[] = {
    OPT_OBJ("sessionIdleTimeoutConfiguration", FIELDS(
        REQ("isActive", BOOL),
        REQX("timeout", INT, FIELD_HAS_MIN | FIELD_HAS_MAX, .min = 60, .max = 2073600))),
    OPT_OBJ("sessionTimeoutConfiguration", FIELDS(
        REQ("isActive", BOOL), REQX("timeout", INT, FIELD_HAS_MIN, .min = 60))),
    OPT_OBJ("sessionConcurrentConfiguration", FIELDS(
        REQ("isActive", BOOL), REQX("maxSessions", INT, FIELD_HAS_MIN, .min = 1))),
    {.name = NULL}};

/* Captcha policy. */
static const struct field captcha_fields[] = {
    OPT("id", STRING), OPT("siteKey", STRING), OPTF("secretKey", STRING, FIELD_SECRET),
    OPT("enabled", BOOL), OPT("minScore", NUMBER), OPT_LIST("ignoredEmails", STRING), STAMPS,
    {.name = NULL}};

/* An invitation link. */
static const struct field invite_fields[] = {
    OPT("id", STRING), OPT("vendorId", STRING), OPT("tenantId", STRING),
    OPTF("userId", STRING, FIELD_SPARSE), OPTF("token", STRING, FIELD_SECRET),
    OPTF("expires", TIME, FIELD_NULLABLE), OPT("shouldSendEmail", BOOL), OPT("name", STRING),
    OPT_LIST("roleIds", STRING), {.name = NULL}};

/* A further e-mail address of a user. */
static const struct field email_fields[] = {
    OPT("id", STRING), OPT("userId", STRING), OPT("email", EMAIL), OPT("verified", BOOL),
    OPT("isPrimary", BOOL), STAMPS, {.name = NULL}};

/* A phone number of a user. */
static const struct field phone_fields[] = {
    OPT("id", STRING), OPT("userId", STRING), OPT("phoneNumber", PHONE), OPT("verified", BOOL),
    STAMPS, {.name = NULL}};

/* The token of a code that was sent. */
static const struct field otc_fields[] = {OPTF("otcToken", STRING, FIELD_SECRET), {.name = NULL}};

/* A user name. */
static const struct field username_fields[] = {
    OPT("username", STRING), OPT("userId", STRING), {.name = NULL}};

/* A user pool. */
static const struct field user_source_fields[] = {
    OPT("id", STRING), OPT("name", STRING), OPT("type", STRING), OPT("description", STRING),
    OPT_LIST("appIds", STRING), OPT("index", INT), {.name = NULL}};

/* A tenant API token; `secret` is in the answer to its creation only. */
static const struct field tenant_api_token_fields[] = {
    OPT("clientId", STRING), OPTF("description", STRING, FIELD_NULLABLE), OPT("tenantId", STRING),
    OPTF("createdByUserId", STRING, FIELD_NULLABLE), OPT("metadata", OBJECT),
    OPT_LIST("roleIds", STRING), OPT_LIST("permissionIds", STRING), OPT("createdAt", TIME),
    OPTF("expires", TIME, FIELD_NULLABLE), OPTF("secret", STRING, FIELD_SECRET), {.name = NULL}};

/* A personal API token. */
static const struct field user_api_token_fields[] = {
    OPT("clientId", STRING), OPTF("description", STRING, FIELD_NULLABLE), OPT("metadata", OBJECT),
    OPT("createdAt", TIME), OPTF("expires", TIME, FIELD_NULLABLE),
    OPTF("secret", STRING, FIELD_SECRET), {.name = NULL}};

/* A tenant access token; `secret` is in the answer to its creation only. */
static const struct field tenant_access_token_fields[] = {
    OPT("id", STRING), OPT("description", STRING), OPT("createdAt", TIME),
    OPTF("expires", TIME, FIELD_NULLABLE), OPTF("secret", STRING, FIELD_SECRET),
    OPT_LIST("roleIds", STRING), OPTF("createdByUserId", STRING, FIELD_NULLABLE), {.name = NULL}};

/* A personal access token; `secret` is in the answer to its creation only. */
static const struct field user_access_token_fields[] = {
    OPT("id", STRING), OPT("description", STRING), OPT("createdAt", TIME),
    OPTF("expires", TIME, FIELD_NULLABLE), OPTF("secret", STRING, FIELD_SECRET), {.name = NULL}};

/* The configuration of the environment. publicKey is the PEM that verifies user tokens. */
static const struct field config_fields[] = {
    OPT("id", STRING), OPT("defaultTokenExpiration", INT),
    OPT("defaultRefreshTokenExpiration", INT), OPT("publicKey", STRING),
    OPT_ENUM("cookieSameSite", same_site_choices), OPT("allowSignups", BOOL),
    OPT("apiTokensEnabled", BOOL), OPT("allowOverridePasswordComplexity", BOOL),
    OPT("allowOverridePasswordExpiration", BOOL),
    OPT("allowOverrideEnforcePasswordHistory", BOOL), OPT_ENUM("jwtAlgorithm", jwt_alg_choices),
    OPTF("jwtSecret", STRING, FIELD_SECRET | FIELD_NULLABLE), OPT("allowNotVerifiedUsersLogin", BOOL),
    OPT("forcePermissions", BOOL),
    OPT_ENUM("authStrategy", CHOICES(
        "EmailAndPassword", "MagicLink", "Code", "NoLocalAuthentication", "SmsCode",
        "UsernameAndPassword", "UsernameAndMagicLink", "UsernameAndCode", "UsernameAndSms")),
    OPT("defaultPasswordlessTokenExpiration", INT), OPT("forceSameDeviceOnAuth", BOOL),
    OPT("allowTenantInvitations", BOOL), OPT("rotateRefreshTokens", BOOL),
    OPT_ENUM("machineToMachineAuthStrategy", m2m_choices), OPT("addRolesToJwt", BOOL),
    OPT("addPermissionsToJwt", BOOL), OPT("refreshTokensRotationLimit", INT),
    OPT("addSamlAttributesToJwt", BOOL), OPT("allowCustomLoginTenantSwitch", BOOL),
    {.name = NULL}};

/* A JWT template. */
static const struct field jwt_template_fields[] = {
    OPT("id", STRING), OPT("vendorId", STRING), OPT("key", STRING), OPT("name", STRING),
    OPTF("description", STRING, FIELD_NULLABLE), OPT("expiration", INT),
    OPT_ENUM("algorithm", jwt_alg_choices),
    OPT_OBJ("templateSchema", FIELDS(OPT("claims", OBJECT))), STAMPS, {.name = NULL}};

/* One condition of a JWT template rule. */
static const struct field jwt_condition_fields[] = {
    REQ_ENUM("attribute", CHOICES(
        "userId", "applicationId", "tenantId", "roleIds", "tokenType", "userEmail")),
    REQ_ENUM("op", CHOICES("in_list", "contains", "ends_with")), REQ("value", OBJECT),
    REQ("negate", BOOL), {.name = NULL}};

/* A rule: who gets which JWT template. */
static const struct field jwt_rule_fields[] = {
    REQ_ENUM("conditionLogic", CHOICES("and")), REQ_OBJS("conditions", jwt_condition_fields),
    REQF("treatment", STRING, FIELD_NOT_EMPTY), {.name = NULL}};

/* JWT template rules. */
static const struct field jwt_targeting_fields[] = {
    OPT("id", STRING), OPT_OBJ("targeting", FIELDS(OPT_OBJS("rules", jwt_rule_fields))), STAMPS,
    {.name = NULL}};

/* An e-mail template. Plain URLs come back rendered, the patterns raw; a default has no id. */
static const struct field mail_template_fields[] = {
    OPTF("id", STRING, FIELD_NULLABLE), OPT_ENUM("type", mail_template_choices),
    OPT("htmlTemplate", STRING), OPTF("senderEmail", STRING, FIELD_NULLABLE),
    OPTF("redirectURL", STRING, FIELD_NULLABLE),
    OPTF("successRedirectUrl", STRING, FIELD_NULLABLE), OPT("subject", STRING),
    OPTF("fromName", STRING, FIELD_NULLABLE), OPT("active", BOOL),
    OPTF("redirectURLPattern", STRING, FIELD_SPARSE),
    OPTF("successRedirectUrlPattern", STRING, FIELD_SPARSE), {.name = NULL}};

/* The SMS provider; its token comes back masked. */
static const struct field sms_config_fields[] = {
    OPTF("id", STRING, FIELD_ASSUMED), OPTF("senderName", STRING, FIELD_ASSUMED),
    OPTF("accountId", STRING, FIELD_ASSUMED), OPTF("token", STRING, FIELD_SECRET | FIELD_ASSUMED),
    OPTF("serviceId", STRING, FIELD_ASSUMED), OPTF("provider", STRING, FIELD_ASSUMED),
    OPTF("channel", STRING, FIELD_ASSUMED), OPTF("createdAt", TIME, FIELD_ASSUMED),
    OPTF("updatedAt", TIME, FIELD_ASSUMED), {.name = NULL}};

/* An SMS template. */
static const struct field sms_template_fields[] = {
    OPTF("id", STRING, FIELD_ASSUMED), OPTF("type", STRING, FIELD_ASSUMED),
    OPTF("template", STRING, FIELD_ASSUMED), OPTF("isActive", BOOL, FIELD_ASSUMED),
    OPTF("createdAt", TIME, FIELD_ASSUMED), OPTF("updatedAt", TIME, FIELD_ASSUMED),
    {.name = NULL}};

/* An e-mail domain restriction. */
static const struct field domain_restriction_fields[] = {
    OPT("id", STRING), OPT("domain", STRING), OPT_ENUM("type", list_type_choices),
    {.name = NULL}};

/* The answer says listType where the request says type. */
static const struct field domain_restriction_config_fields[] = {
    OPT("active", BOOL), OPT_ENUM("listType", list_type_choices), OPT("blockPublicDomains", BOOL),
    {.name = NULL}};

/* An IP restriction. */
static const struct field ip_restriction_fields[] = {
    OPT("id", STRING), OPT("ip", STRING), OPT("description", STRING),
    OPT_ENUM("strategy", list_type_choices), OPT("isActive", BOOL), STAMPS, {.name = NULL}};

/* A custom OAuth provider. */
static const struct field sso_custom_fields[] = {
    OPT("id", STRING), OPT("type", STRING), OPT("clientId", STRING),
    OPTF("secret", STRING, FIELD_SECRET), OPT("redirectUrl", STRING),
    OPT("authorizationUrl", STRING), OPT("tokenUrl", STRING), OPT("userInfoUrl", STRING),
    OPT("scopes", STRING), OPT("ssoLogoUrl", STRING), OPT("displayName", STRING),
    OPT("active", BOOL), {.name = NULL}};

/* A step of an approval flow. */
static const struct field approval_step_fields[] = {
    OPT("id", STRING), OPT("stepOrder", INT),
    OPT_OBJ("approverSelectors", FIELDS(
        OPT_LIST("roleKeys", STRING), OPT_LIST("emails", STRING),
        OPT_LIST("phoneNumbers", STRING))),
    OPT_OBJ("configuration", FIELDS(OPT("minApprovals", INT))), STAMPS, {.name = NULL}};

/* An approval flow. */
static const struct field approval_flow_fields[] = {
    OPT("id", STRING), OPT("vendorId", STRING), OPTF("tenantId", STRING, FIELD_SPARSE),
    OPT("name", STRING), OPTF("description", STRING, FIELD_SPARSE), OPT("isActive", BOOL),
    OPT_OBJ("channels", FIELDS(OPT("email", BOOL), OPT("sms", BOOL))),
    OPT_OBJ("configuration", FIELDS(
        OPT("autoApproveInMinutes", INT), OPT("reminderIntervalMinutes", INT),
        OPT("notifyOnDecisions", BOOL), OPT("logging", BOOL), OPT("timeoutMinutes", INT),
        OPT("webhookUrl", STRING))),
    OPT_OBJS("steps", approval_step_fields), STAMPS, {.name = NULL}};

/* A link for a user to follow; its token works once. */
static const struct field link_fields[] = {
    OPTF("link", URL, FIELD_SECRET), OPTF("token", STRING, FIELD_SECRET), OPT("userId", STRING),
    {.name = NULL}};

/* Roles a user now has in a tenant. */
static const struct field user_roles_fields[] = {
    OPT("tenantId", STRING), OPT("userId", STRING), OPT_OBJS("roles", role_brief_fields),
    {.name = NULL}};

/* What a tenant says about itself. */
static const struct field account_settings_fields[] = {
    OPT("tenantId", STRING), OPT("name", STRING), OPTF("address", STRING, FIELD_NULLABLE),
    OPTF("timezone", STRING, FIELD_NULLABLE), OPTF("dateFormat", STRING, FIELD_NULLABLE),
    OPTF("timeFormat", STRING, FIELD_NULLABLE), OPTF("currency", STRING, FIELD_NULLABLE),
    OPTF("logo", STRING, FIELD_NULLABLE), OPTF("applicationUrl", STRING, FIELD_NULLABLE),
    OPTF("loginUrl", STRING, FIELD_NULLABLE), {.name = NULL}};

/* The answer to the creation of a sub-account. */
static const struct field sub_tenant_fields[] = {
    OPT("tenantId", STRING), OPT("name", STRING), OPTF("status", STRING, FIELD_NULLABLE),
    OPTF("website", STRING, FIELD_NULLABLE), OPTF("applicationUrl", STRING, FIELD_NULLABLE),
    OPTF("logo", STRING, FIELD_NULLABLE), OPTF("logoUrl", STRING, FIELD_NULLABLE),
    OPTF("address", STRING, FIELD_NULLABLE), OPTF("timezone", STRING, FIELD_NULLABLE),
    OPTF("currency", STRING, FIELD_NULLABLE), OPT("updatedAt", TIME), {.name = NULL}};

/* An audit event; any number of further members may be there. */
static const struct field audit_fields[] = {
    OPT("frontegg_id", STRING), OPT("severity", STRING), OPT("ip", STRING), OPT("email", STRING),
    OPT("action", STRING), OPT("description", STRING), OPT("resource", STRING),
    OPT("user", STRING), OPT("userId", STRING), OPT("userAgent", STRING),
    OPT("actorMail", STRING), OPT("vendorId", STRING), OPTF("tenantId", STRING, FIELD_NULLABLE), STAMPS,
    OPT("time", TIME), OPT_LIST("json", ANY), {.name = NULL}};

/* Audits with their total. */
static const struct field audit_list_fields[] = {
    OPT_OBJS("data", audit_fields), OPT("total", INT), {.name = NULL}};

/* The id of a bulk import. */
static const struct field migration_fields[] = {OPT("migrationId", STRING), {.name = NULL}};

/* A switch. */
static const struct field enabled_fields[] = {REQ("enabled", BOOL), {.name = NULL}};

/* The answer to a question. */
static const struct field valid_fields[] = {OPT("valid", BOOL), {.name = NULL}};

/* The IP restriction setting. */
static const struct field ip_restriction_config_fields[] = {
    OPT("isActive", BOOL), OPT_ENUM("strategy", list_type_choices), {.name = NULL}};

/* How a user pool finds the tenant of a user. */
static const struct field tenant_resolver_fields[] = {
    REQ_ENUM("tenantResolverType", tenant_resolver_choices), OPT("tenantIdFieldName", STRING),
    OPT("tenantId", STRING), {.name = NULL}};
#endif
