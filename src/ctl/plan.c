#include "ctl/plan.h"

#include "aws/arn.h"
#include "chime/operations.h"
#include "ctl/conf_text.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const char usual_state[] = "/var/lib/belfry/state.db";

const char plan_help[] =
	"      --app-instance ARN|NAME  an app instance that is there, or the "
	"name of one\n"
	"                               that is made when there is none of it "
	"(Belfry)\n"
	"      --user-id ID             the bridge's user (belfry)\n"
	"      --user-name NAME         what it is called (Belfry)\n"
	"      --admin                  make it an admin of the app instance\n"
	"      --admin-id ID            make this user, and make it an admin\n"
	"      --admin-name NAME        what that one is called (its id)\n"
	"      --channel-name NAME      a channel that is there, or is made\n"
	"      --privacy PUBLIC|PRIVATE (PUBLIC)\n"
	"      --mode UNRESTRICTED|RESTRICTED (UNRESTRICTED)\n"
	"      --irc SERVER[:PORT]/#CHANNEL  the other end of the mapping\n"
	"      --network NAME           what the configuration calls that "
	"network\n"
	"      --nick NICK              the bridge's nick there (belfry)\n"
	"      --tls, --no-tls          whether that server speaks TLS (it "
	"does)\n"
	"      --state FILE             where belfryd keeps its state\n"
	"                               (/var/lib/belfry/state.db)\n";

#define VALUE(name, field)                                                     \
	{                                                                      \
		name, 0, OPTION_VALUE, offsetof(struct plan, field)            \
	}

static const struct option_row rows[] = {
	VALUE("app-instance", app_instance),
	VALUE("user-id", user_id),
	VALUE("user-name", user_name),
	{"admin", 0, OPTION_SET, offsetof(struct plan, admin)},
	VALUE("admin-id", admin_id),
	VALUE("admin-name", admin_name),
	VALUE("channel-name", channel),
	VALUE("privacy", privacy),
	VALUE("mode", mode),
	VALUE("irc", irc),
	VALUE("network", network),
	VALUE("nick", nick),
	{"tls", 0, OPTION_SET, offsetof(struct plan, tls)},
	{"no-tls", 0, OPTION_CLEAR, offsetof(struct plan, tls)},
	VALUE("state", state),
};

/* Values that become members of requests, with the rows that know them. */
static const struct {
	const char *option;
	size_t offset;
	enum chime_op op;
	const char *member;
} checks[] = {
	/* An ARN passes, too. */
	{"app-instance", offsetof(struct plan, app_instance),
		CHIME_CREATE_APP_INSTANCE, "Name"},
	{"user-id", offsetof(struct plan, user_id),
		CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId"},
	{"user-name", offsetof(struct plan, user_name),
		CHIME_CREATE_APP_INSTANCE_USER, "Name"},
	{"admin-id", offsetof(struct plan, admin_id),
		CHIME_CREATE_APP_INSTANCE_USER, "AppInstanceUserId"},
	{"admin-name", offsetof(struct plan, admin_name),
		CHIME_CREATE_APP_INSTANCE_USER, "Name"},
	{"channel-name", offsetof(struct plan, channel), CHIME_CREATE_CHANNEL,
		"Name"},
	{"privacy", offsetof(struct plan, privacy), CHIME_CREATE_CHANNEL,
		"Privacy"},
	{"mode", offsetof(struct plan, mode), CHIME_CREATE_CHANNEL, "Mode"},
};

int plan_parse(
	struct plan *ret, struct args *args, char **words, struct err *err)
{
	struct plan plan = {.tls = true};
	const struct option_set own = {rows, ARRAY_LEN(rows), &plan};

	if (args_parse_command(args, words, &own, err) < 0)
		return err->code;
	*ret = plan;
	return 0;
}

/* Checks. */

static int check_member(const struct plan *plan, size_t i, struct err *err)
{
	const char *value =
		*(const char *const *)((const char *)plan + checks[i].offset);
	const struct chime_member *member =
		chime_member(chime_operation(checks[i].op), checks[i].member);
	json_t *text = value ? json_string(value) : NULL;
	int error = 0;

	if (value && !text)
		error = err_set(err, -EINVAL, "is not valid UTF-8");
	else if (value)
		error = chime_member_check(member, text, err);
	json_decref(text);
	return error ? err_prefix(err, "--%s", checks[i].option) : 0;
}

static int check(const struct plan *plan, struct err *err)
{
	if (str_starts(plan->app_instance, "arn:") &&
		arn_kind(plan->app_instance) != ARN_APP_INSTANCE)
		return err_set(err, -EINVAL,
			"--app-instance: not the ARN of an app instance: %s",
			plan->app_instance);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (check_member(plan, i, err) < 0)
			return err->code;
	return 0;
}

/* The other end. */

/* "irc.libera.chat" -> "libera"; an address has no name. */
static char *name_of_host(const char *host)
{
	const char *end = host + strlen(host);
	const char *dot = strrchr(host, '.');
	struct buf AUTOBUF word;

	buf_init(&word, 1024);
	if (strchr(host, ':') || !host[strspn(host, "0123456789.")])
		return xstrdup("irc");
	if (dot) {
		end = dot;
		while (dot > host && dot[-1] != '.')
			dot--;
		host = dot;
	}
	char AUTOFREE *label = xstrndup(host, (size_t)(end - host));
	conf_text_word(&word, label);
	return buf_take(&word);
}

static int read_server(struct plan *plan, const char *server, struct err *err)
{
	char *host = NULL;
	uint16_t port;

	/* Without a port: the usual one. */
	if (belfry_server_parse(server, &host, &port) == 0)
		plan->server = xstrdup(server);
	else
		plan->server =
			xasprintf("%s:%u", server, plan->tls ? 6697 : 6667);
	if (!host && belfry_server_parse(plan->server, &host, &port) < 0)
		return err_set(err, -EINVAL,
			"--irc: not a server, as HOST:PORT or [ADDRESS]:PORT: "
			"%s",
			server);
	plan->network_name =
		plan->network ? xstrdup(plan->network) : name_of_host(host);
	free(host);
	return 0;
}

static int read_irc(struct plan *plan, struct err *err)
{
	const char *slash = strchr(plan->irc, '/');
	char AUTOFREE *server = xstrndup(plan->irc, strcspn(plan->irc, "/"));

	if (!slash || !slash[1] || !strchr("#&+!", slash[1]) || !slash[2])
		return err_set(err, -EINVAL,
			"--irc must be SERVER[:PORT]/#CHANNEL, not %s",
			plan->irc);
	plan->irc_channel = xstrdup(slash + 1);
	if (!plan->channel)
		plan->channel = slash + 2;
	return read_server(plan, server, err);
}

static void fill(
	const char **field, const char *configured, const char *fallback)
{
	if (!*field)
		*field = configured && *configured ? configured : fallback;
}

/* A network must be there: one to be changed by hand. */
static void stand_in(struct plan *plan)
{
	plan->server = xstrdup("irc.example.org:6697");
	plan->network_name = xstrdup(plan->network ? plan->network : "irc");
	if (plan->channel)
		plan->irc_channel = xasprintf("#%s", plan->mapping_name);
}

enum { SOCKET_PATH_BYTES = sizeof(((struct sockaddr_un *)NULL)->sun_path) };

/* Where the unit file has it, or beside a state file that is elsewhere. */
static char *control_of(const char *state)
{
	const char *slash = strrchr(state, '/');
	const int folder = slash ? (int)(slash + 1 - state) : 0;
	char *path = str_eq(state, usual_state)
			     ? xstrdup("/run/belfry/control.sock")
			     : xasprintf("%.*scontrol.sock", folder, state);

	if (strlen(path) >= SOCKET_PATH_BYTES)
		free(TAKE(path));
	return path;
}

int plan_complete(
	struct plan *plan, const struct chime_config *chime, struct err *err)
{
	struct buf AUTOBUF word;

	buf_init(&word, 1024);
	fill(&plan->app_instance, chime ? chime->app_instance : NULL, "Belfry");
	fill(&plan->user_id, chime ? arn_last_id(chime->user) : NULL, "belfry");
	fill(&plan->user_name, NULL, "Belfry");
	fill(&plan->admin_name, NULL, plan->admin_id);
	fill(&plan->nick, NULL, "belfry");
	fill(&plan->state, NULL, usual_state);
	plan->control = control_of(plan->state);
	if (plan->irc && read_irc(plan, err) < 0)
		return err->code;
	conf_text_word(&word, str_or_empty(plan->channel));
	plan->mapping_name = buf_take(&word);
	if (!plan->irc)
		stand_in(plan);
	return check(plan, err);
}

void plan_release(struct plan *plan)
{
	free(plan->server);
	free(plan->irc_channel);
	free(plan->network_name);
	free(plan->mapping_name);
	free(plan->control);
}
