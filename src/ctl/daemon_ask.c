#include "ctl/daemon_ask.h"

#include "ctl/context.h"
#include "ctl/control_client.h"
#include "util/enc.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

void daemon_add_query(struct buf *target, const char *key, const char *value)
{
	buf_addc(target, strchr(target->data, '?') ? '&' : '?');
	buf_adds(target, key);
	buf_addc(target, '=');
	enc_percent(target, value, strlen(value));
}

json_t *daemon_ask(const struct args *args, const char *method,
	const char *target, int *ret_status)
{
	struct context context;
	struct err err = {0};
	json_t *answer = NULL;

	*ret_status = context_open(&context, args);
	if (*ret_status != 0)
		return NULL;
	answer = control_ask(context.config, method, target, &err);
	if (!answer)
		*ret_status =
			complain(err.code == -ECONNREFUSED ? EX_UNAVAILABLE
				 : err.code == -ENOENT     ? EX_USAGE
							   : 1,
				"%s", err.text);
	context_close(&context);
	return answer;
}
