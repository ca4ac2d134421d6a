#include "daemon/control.h"

#include "daemon/control_aside.h"
#include "daemon/control_mapping.h"
#include "daemon/control_standings.h"
#include "daemon/control_unmap.h"
#include "daemon/report.h"
#include "net/httpd.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES = 16 * 1024, IDLE_S = 30 };

struct control {
	struct wire *wire;
	struct unmaps *unmaps;
	struct httpd *httpd;
	int64_t started_ms;
};

static struct control_answer say_status(const struct control_request *request)
{
	return control_ok(report_status(request->wire, request->started_ms));
}

static const struct route {
	const char *method;
	const char *path;
	struct control_answer (*run)(const struct control_request *request);
} routes[] = {
	{"GET", "/v1/status", say_status},
	{"GET", "/v1/aside", control_aside_list},
	{"POST", "/v1/aside/retry", control_aside_retry},
	{"POST", "/v1/aside/forget", control_aside_forget},
	{"POST", "/v1/pause", control_mapping_pause},
	{"POST", "/v1/resume", control_mapping_resume},
	{"POST", "/v1/resync", control_mapping_resync},
	{"GET", "/v1/members", control_mapping_members},
	{"GET", "/v1/bans", control_standings_bans},
	{"GET", "/v1/moderators", control_standings_moderators},
	{"GET", "/v1/attributes", control_standings_attributes},
	{"POST", "/v1/ban", control_standings_ban},
	{"POST", "/v1/unban", control_standings_unban},
	{"POST", "/v1/unmap", control_unmap_begin},
	{"GET", "/v1/unmap", control_unmap_progress},
};

static struct control_answer dispatch(const struct control_request *request,
	const char *method, struct span path)
{
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!span_is(path, routes[i].path))
			continue;
		if (str_eq(routes[i].method, method))
			return routes[i].run(request);
		known = true;
	}
	return known ? control_refuse(405, "this path has another method")
		     : control_refuse(404, "there is no such path");
}

static void reply(struct httpd_request *request, struct control_answer said)
{
	char *text = json_text(said.body);

	httpd_reply(
		request, said.status, "application/json", text, strlen(text));
	free(text);
	json_decref(said.body);
}

static void control_on_request(struct httpd_request *http, void *arg)
{
	struct control *control = arg;
	struct control_request request = {
		.wire = control->wire,
		.unmaps = control->unmaps,
		.query = span_of(httpd_target(http)),
		.started_ms = control->started_ms,
	};
	struct span path = span_cut(&request.query, '?');

	reply(http, dispatch(&request, httpd_method(http), path));
}

static void control_on_refused(struct httpd_request *request, void *arg UNUSED)
{
	int status = 400;
	const char *why = httpd_refusal(request, &status);

	reply(request, control_refuse(status, why));
}

struct control *control_new(
	struct loop *loop, const char *path, struct wire *wire, struct err *err)
{
	struct control *control = xcalloc(1, sizeof(*control));
	struct httpd_params params = {
		.unix_path = path,
		.max_header_bytes = REQUEST_BYTES,
		.max_body_bytes = REQUEST_BYTES,
		.idle_timeout_s = IDLE_S,
		.refused = control_on_refused,
	};

	control->wire = wire;
	control->started_ms = clock_mono_ms();
	control->httpd =
		httpd_new(loop, &params, control_on_request, control, err);
	control->unmaps = unmaps_new();
	if (control->httpd)
		return control;
	control_free(control);
	err_prefix(err, "control");
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	httpd_free(control->httpd);
	unmaps_free(control->unmaps);
	free(control);
}
