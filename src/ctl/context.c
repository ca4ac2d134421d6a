#include "ctl/context.h"

#include "util/str.h"
#include "util/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int complain(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("belfryctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static void print_problems(const struct problems *problems)
{
	struct buf AUTOBUF line;

	buf_init(&line, 4096);
	for (size_t i = 0; i < problems->count; i++) {
		buf_clear(&line);
		problems_format(problems, i, &line);
		fprintf(stderr, "%s\n", line.data);
	}
}

static int load_config(const char *path, struct belfry_config *ret)
{
	struct problems problems;
	int error;

	problems_init(&problems);
	error = belfry_config_load(path, ret, &problems);
	print_problems(&problems);
	problems_release(&problems);
	return error;
}

int context_open(struct context *ret, const struct args *args)
{
	const char *bearer = str_or_empty(args->bearer);
	struct err err = {0};

	*ret = (struct context){.config = NULL};
	if (!utf8_is_valid(bearer, strlen(bearer)))
		return complain(EX_USAGE, "--bearer is not valid UTF-8");
	if (args->config) {
		if (load_config(args->config, &ret->loaded) < 0)
			return EX_CONFIG;
		ret->config = &ret->loaded;
	}
	chime_target_init(&ret->target, args, ret->config);
	ret->session = chime_session_new(&ret->target, &err);
	if (ret->session)
		return 0;
	context_close(ret);
	return complain(EX_USAGE, "%s", err.text);
}

void context_close(struct context *context)
{
	chime_session_free(context->session);
	if (context->config)
		belfry_config_free(&context->loaded);
	*context = (struct context){.config = NULL};
}
