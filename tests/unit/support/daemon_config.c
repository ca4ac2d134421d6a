#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon_config.h"

#include "scratch.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

char *daemon_config_compose(const struct daemon_config_text *text)
{
	return xasprintf("state = \"%s\";\n"
			 "chime = { region = \"us-east-1\";\n"
			 "app_instance = \"" DAEMON_APP_INSTANCE "\";\n"
			 "user = \"" DAEMON_APP_INSTANCE "/user/b\";\n"
			 "messaging_endpoint = \"http://127.0.0.1:9\";\n"
			 "identity_endpoint = \"http://127.0.0.1:9\";\n"
			 "%s };\n"
			 "networks = ( { name = \"net\"; nick = \"n\";\n"
			 "servers = (\"127.0.0.1:9\"); tls = false; %s } );\n"
			 "mappings = ( %s );\n%s",
		text->state, str_or_empty(text->chime),
		str_or_empty(text->network), str_or_empty(text->mappings),
		str_or_empty(text->rest));
}

struct belfry_config *daemon_config_load(const struct daemon_config_text *text)
{
	struct belfry_config *config = xcalloc(1, sizeof(*config));
	char AUTOFREE *file = daemon_config_compose(text);
	struct problems problems;

	problems_init(&problems);
	if (schema_load_text(&belfry_schema, "f", file, config, &problems) < 0)
		fail_msg("%s: %s", problems.list[0].setting,
			problems.list[0].text);
	return config;
}

void daemon_config_write(
	const char *path, const struct daemon_config_text *text)
{
	char AUTOFREE *file = daemon_config_compose(text);

	scratch_write(path, file, strlen(file));
}
