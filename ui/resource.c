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
