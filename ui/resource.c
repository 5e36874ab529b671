#include "ui/resource.h"

const struct resource *
resource_by_id(struct str id)
{
    for (size_t i = 0; resources[i]; i++)
        if (str_eq(str_of(resources[i]->id), id))
            return resources[i];
    for (size_t i = 0; resources_inner[i]; i++)
        if (str_eq(str_of(resources_inner[i]->id), id))
            return resources_inner[i];
    return NULL;
}

bool
resource_gone(const struct json *now, const struct json *input, struct str tenant)
{
    (void)input;
    (void)tenant;
    return !now;
}

static bool
has_one(const struct json *have, const char *member, struct str wanted)
{
    for (const struct json *it = json_first(have); it; it = json_next(it))
        if (str_eq(json_str(member ? json_get(it, member) : it), wanted))
            return true;
    return false;
}

bool
resource_has_all(const struct json *have, const char *member, const struct json *wanted)
{
    for (const struct json *it = json_first(wanted); it; it = json_next(it))
        if (!has_one(have, member, json_str(it)))
            return false;
    return true;
}

bool
resource_has_none(const struct json *have, const char *member, const struct json *wanted)
{
    for (const struct json *it = json_first(wanted); it; it = json_next(it))
        if (has_one(have, member, json_str(it)))
            return false;
    return true;
}
