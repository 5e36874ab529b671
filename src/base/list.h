#ifndef BASE_LIST_H
#define BASE_LIST_H
/* Intrusive doubly linked list with a sentinel head. The list owns nothing. Not thread-safe. */
#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *prev, *next;
};

static inline void
list_init(struct list *head)
{
    head->prev = head->next = head;
}

static inline bool
list_empty(const struct list *head)
{
    return head->next == head;
}

static inline void
list_insert_before(struct list *at, struct list *node)
{
    node->prev = at->prev;
    node->next = at;
    at->prev->next = node;
    at->prev = node;
}

static inline void
list_push_back(struct list *head, struct list *node)
{
    list_insert_before(head, node);
}

static inline void
list_push_front(struct list *head, struct list *node)
{
    list_insert_before(head->next, node);
}

/* Removing a node twice is harmless: it is left pointing at itself. */
static inline void
list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

static inline struct list *
list_pop_front(struct list *head)
{
    struct list *node = head->next;
    if (node == head)
        return NULL;
    list_remove(node);
    return node;
}

#define LIST_ENTRY(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))
#define LIST_EACH(it, head) for (struct list *it = (head)->next; it != (head); it = it->next)
#endif
