/* Settings about passwords: complexity, history, rotation. What they mean is in server/password_rules.c. */
#include "server/settings.h"

const struct document password_settings = {
    .name = "password",
    .presets = "{\"allowPassphrases\":false,\"maxLength\":128,\"minLength\":6,"
               "\"minPhraseLength\":20,\"minOptionalTestsToPass\":1,\"blockPwnedPasswords\":true,"
               "\"optionalTests\":{\"requireLowercase\":false,\"requireUppercase\":false,"
               "\"requireNumbers\":false,\"requireSpecialChars\":false},"
               "\"requiredTests\":{\"checkThreeRepeatedChars\":false}}",
    .what = "password policy",
};
const struct document password_history_settings = {
    .name = "password-history",
    .presets = "{\"enabled\":false,\"historySize\":1}",
    .what = "password history policy",
};
const struct document password_rotation_settings = {
    .name = "password-rotation",
    .presets = "{\"isActive\":false,\"rotationPeriod\":129600,\"notificationPeriod\":10080}",
    .what = "password rotation",
};
