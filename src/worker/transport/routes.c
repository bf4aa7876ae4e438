/* The table: open this file first. A request is one row, read from left to
 * right: method and path, whether a token is required, what is asked of the
 * store meanwhile, who may, whether it has a password hashed, what is read out of
 * the request (api), what is done (service), what is shown (api), and what can be
 * ready without all that. The search begins at the top, where stands what is asked
 * most. */
#include "worker/transport/routes.h"

#include "worker/api/echo.h"
#include "worker/api/error.h"
#include "worker/api/health.h"
#include "worker/api/job.h"
#include "worker/api/no_content.h"
#include "worker/api/parse.h"
#include "worker/api/report.h"
#include "worker/api/session.h"
#include "worker/api/user.h"
#include "worker/service/health.h"
#include "worker/service/job.h"
#include "worker/service/parse.h"
#include "worker/service/report.h"
#include "worker/service/session.h"
#include "worker/service/user.h"

#define GET    METHOD_GET
#define POST   METHOD_POST
#define PATCH  METHOD_PATCH
#define DELETE METHOD_DELETE

/* clang-format off */
static const struct route rows[] = {
	/* method, path,                  session, early,                permit,                     hashes, decode,                serve,                encode,                  ready */
	{ GET,     "/report/{n}",         true,  service_report_early, NULL,                       false, api_report_decode,     service_report,       api_report_encode,       service_report_ready },
	{ GET,     "/",                   false, NULL,                 NULL,                       false, NULL,                  service_hello,        api_hello_encode,        NULL },
	{ POST,    "/",                   false, NULL,                 NULL,                       false, api_echo_decode,       service_echo,         api_echo_encode,         NULL },
	{ POST,    "/user",               false, NULL,                 service_user_permit_create, true,  api_user_decode,       service_user_create,  api_user_created_encode, NULL },
	{ POST,    "/user/auth",          false, NULL,                 NULL,                       true,  api_login_decode,      service_login,        api_token_encode,        NULL },
	{ GET,     "/user/auth",          true,  NULL,                 NULL,                       false, NULL,                  service_session_list, api_sessions_encode,     NULL },
	{ DELETE,  "/user/auth",          true,  NULL,                 NULL,                       false, api_logout_decode,     service_logout,       api_no_content_encode,   NULL },
	{ DELETE,  "/user/auth/{id}",     true,  NULL,                 NULL,                       false, NULL,                  service_session_end,  api_no_content_encode,   NULL },
	{ GET,     "/user/all",           true,  NULL,                 NULL,                       false, api_users_decode,      service_user_list,    api_users_encode,        NULL },
	{ PATCH,   "/user/{id}",          true,  NULL,                 service_user_permit_own,    false, api_user_patch_decode, service_user_patch,   api_user_encode,         NULL },
	{ DELETE,  "/user/{id}",          true,  NULL,                 service_user_permit_own,    false, NULL,                  service_user_delete,  api_no_content_encode,   NULL },
	{ GET,     "/parse",              true,  NULL,                 NULL,                       false, api_parse_decode,      service_parse,        api_parse_encode,        NULL },
	{ POST,    "/parse",              true,  NULL,                 NULL,                       false, api_parse_decode,      service_parse,        api_parse_encode,        NULL },
	{ GET,     "/parse/{job}",        true,  NULL,                 NULL,                       false, api_job_decode,        service_job,          api_job_encode,          NULL },
	{ GET,     "/parse/{job}/events", true,  NULL,                 NULL,                       false, api_job_events_decode, service_job_events,   api_job_events_encode,   NULL },
	{ GET,     "/live",               false, NULL,                 NULL,                       false, NULL,                  service_live,         api_live_encode,         NULL },
	{ GET,     "/ready",              false, NULL,                 NULL,                       false, NULL,                  service_ready,        api_ready_encode,        NULL },
};
/* clang-format on */

const struct routes routes = {
	rows,
	sizeof(rows) / sizeof(rows[0]),
	api_error_encode,
};
