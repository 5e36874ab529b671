#ifndef DB_PGSQL_API_H
#define DB_PGSQL_API_H
/*
 * libpq, loaded when a PostgreSQL database is opened: linking it would cost a server on SQLite 2 ms
 * at start and 1.2 MiB for libraries (Kerberos, LDAP, TLS) that it never calls. Only the functions
 * named here are used, by pgsql.c, through this record; read-only once loaded.
 */
#include "base/err.h"
#include <libpq-fe.h>

/* PQ_FUNCTION(member, symbol) */
#define PQ_FUNCTIONS                                                                               \
    PQ_FUNCTION(clear, PQclear)                                                                    \
    PQ_FUNCTION(cmd_status, PQcmdStatus)                                                           \
    PQ_FUNCTION(cmd_tuples, PQcmdTuples)                                                           \
    PQ_FUNCTION(connectdb_params, PQconnectdbParams)                                               \
    PQ_FUNCTION(consume_input, PQconsumeInput)                                                     \
    PQ_FUNCTION(error_message, PQerrorMessage)                                                     \
    PQ_FUNCTION(exec, PQexec)                                                                      \
    PQ_FUNCTION(exec_prepared, PQexecPrepared)                                                     \
    PQ_FUNCTION(finish, PQfinish)                                                                  \
    PQ_FUNCTION(freemem, PQfreemem)                                                                \
    PQ_FUNCTION(getisnull, PQgetisnull)                                                            \
    PQ_FUNCTION(getlength, PQgetlength)                                                            \
    PQ_FUNCTION(getvalue, PQgetvalue)                                                              \
    PQ_FUNCTION(ntuples, PQntuples)                                                                \
    PQ_FUNCTION(prepare, PQprepare)                                                                \
    PQ_FUNCTION(result_error_field, PQresultErrorField)                                            \
    PQ_FUNCTION(result_error_message, PQresultErrorMessage)                                        \
    PQ_FUNCTION(result_status, PQresultStatus)                                                     \
    PQ_FUNCTION(set_notice_processor, PQsetNoticeProcessor)                                        \
    PQ_FUNCTION(status, PQstatus)                                                                  \
    PQ_FUNCTION(transaction_status, PQtransactionStatus)                                           \
    PQ_FUNCTION(unescape_bytea, PQunescapeBytea)

struct pq_api {
#define PQ_FUNCTION(member, symbol) __typeof__(symbol) *member;
    PQ_FUNCTIONS
#undef PQ_FUNCTION
};

/* The library stays loaded for the life of the process. */
enum err_code pq_api_load(struct pq_api *out, struct err *err) MUST_USE;
#endif
