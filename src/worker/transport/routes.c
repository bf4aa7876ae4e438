/* The table: open this file first. A request is one row, read from left to
 * right: method and path, whether a token is required, what is asked of the
 * store meanwhile, who may, whether it has a password hashed, what is read out of
 * the request (api), what is done (service), what is shown (api). The search
 * begins at the top, where stands what is asked most. */
#include "worker/transport/routes.h"

#include "worker/api/echo.h"
#include "worker/api/error.h"
#include "worker/api/health.h"
#include "worker/api/job.h"
#include "worker/api/nothing.h"
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
	/* method, path,      session, early,              permit,                     hashes, decode,                serve,               encode */
	{ GET,    "/report/{n}",  true,  service_report_early, NULL,                       false,  api_report_decode,     service_report,      api_report_encode },
	{ GET,    "/",            false, NULL,                 NULL,                       false,  NULL,                  service_hello,       api_hello_encode },
	{ POST,   "/",            false, NULL,                 NULL,                       false,  api_echo_decode,       service_echo,        api_echo_encode },
	{ POST,   "/user",        false, NULL,                 service_user_permit_create, true,   api_user_decode,       service_user_create, api_user_created_encode },
	{ POST,   "/user/auth",   false, NULL,                 NULL,                       true,   api_login_decode,      service_login,       api_token_encode },
	{ GET,    "/user/auth",   true,  NULL,                 NULL,                       false,  NULL,                  service_session_list, api_sessions_encode },
	{ DELETE, "/user/auth",   true,  NULL,                 NULL,                       false,  api_logout_decode,     service_logout,      api_nothing_encode },
	{ DELETE, "/user/auth/{id}", true,  NULL,                 NULL,                       false,  NULL,                  service_session_end, api_nothing_encode },
	{ GET,    "/user/all",    true,  NULL,                 NULL,                       false,  api_users_decode,      service_user_list,   api_users_encode },
	{ PATCH,  "/user/{id}",   true,  NULL,                 service_user_permit_own,    false,  api_user_patch_decode, service_user_patch,  api_user_encode },
	{ DELETE, "/user/{id}",   true,  NULL,                 service_user_permit_own,    false,  NULL,                  service_user_delete, api_nothing_encode },
	{ GET,    "/parse",       true,  NULL,                 NULL,                       false,  api_parse_decode,      service_parse,       api_parse_encode },
	{ POST,   "/parse",       true,  NULL,                 NULL,                       false,  api_parse_decode,      service_parse,       api_parse_encode },
	{ GET,    "/parse/{job}", true,  NULL,                 NULL,                       false,  api_job_decode,        service_job,         api_job_encode },
	{ GET,    "/parse/{job}/events", true,  NULL,          NULL,                       false,  api_job_events_decode, service_job_events,  api_job_events_encode },
	{ GET,    "/live",        false, NULL,                 NULL,                       false,  NULL,                  service_live,        api_live_encode },
	{ GET,    "/ready",       false, NULL,                 NULL,                       false,  NULL,                  service_ready,       api_ready_encode },
};
/* clang-format on */

const struct routes routes = {
	rows,
	sizeof(rows) / sizeof(rows[0]),
	api_error_encode,
};
