#ifndef SERVER_TEMPLATES_PARTS_H
#define SERVER_TEMPLATES_PARTS_H
/*
 * What our default e-mails are made of: one column, no outside resources, colours that hold on
 * light and dark. Links and codes stand alone on a line. Text inside class "html-only" is left out
 * of the plain text part, which is derived from the HTML (server/template_text.h). Only for mail.def.
 */
#include "base/str.h"

#define MAIL_BEGIN                                                                                 \
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                      \
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"                   \
    "<meta name=\"color-scheme\" content=\"light dark\">\n"                                        \
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"                             \
    "<title>{{app_name}}</title>\n</head>\n<body style=\"margin:0;padding:0\">\n"                  \
    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" "             \
    "border=\"0\">\n<tr><td align=\"center\" style=\"padding:24px 16px\">\n"                       \
    "<table role=\"presentation\" width=\"560\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" " \
    "style=\"width:100%;max-width:560px;text-align:left;font-family:-apple-system,'Segoe "         \
    "UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5\">\n<tr><td>\n"          \
    "<p style=\"margin:0 0 24px;font-weight:bold\">{{app_name}}</p>\n"
#define MAIL_END "</td></tr>\n</table>\n</td></tr>\n</table>\n</body>\n</html>\n"

#define PARA(text) "<p style=\"margin:0 0 16px\">" text "</p>\n"
#define HELLO PARA("{{greeting}}")
#define SMALL(text) "<p style=\"margin:0 0 16px;font-size:14px;line-height:1.45\">" text "</p>\n"
/* The link as a button, and written out for those whose program shows no buttons. */
#define BUTTON(label)                                                                              \
    "<p style=\"margin:24px 0\"><a href=\"{{link}}\" style=\"display:inline-block;padding:12px "   \
    "24px;border:1px solid #1a4fb4;border-radius:6px;background-color:#1a4fb4;color:#ffffff;"      \
    "font-weight:bold;text-decoration:none\">" label "</a></p>\n"                                  \
    "<p class=\"html-only\" style=\"margin:0 0 16px;font-size:14px;line-height:1.45\">If the "     \
    "button does not work, copy this address into your browser:<br>"                               \
    "<a href=\"{{link}}\" style=\"word-break:break-all\">{{link}}</a></p>\n"
#define CODE                                                                                       \
    "<p style=\"margin:24px 0\"><span style=\"display:inline-block;padding:12px 24px;border:2px "  \
    "solid #808080;border-radius:6px;font-family:Consolas,Menlo,monospace;font-size:28px;"         \
    "font-weight:bold;letter-spacing:4px\">{{code}}</span></p>\n"
#define FOOT(text)                                                                                 \
    "<hr style=\"margin:24px 0 16px;border:0;border-top:1px solid #808080\">\n" SMALL(text)
#define ORIGIN "{{origin}}"
#define IGNORE "If it was not you, ignore this message; nothing changes."
#define TELL_US                                                                                    \
    "If it was not you, change your password now and tell the administrators of your account."
#define SECRET_LINK "Do not pass this message on: whoever has the link can use it."
#define SECRET_CODE "Nobody from {{app_name}} will ever ask you for this code."
#endif
