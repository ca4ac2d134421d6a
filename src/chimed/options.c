#include "chimed/options.h"

#include "aws/arn.h"
#include "chime/operations.h"
#include "chimed/faults.h"
#include "net/listen.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_BYTES = 4096,
	ADMINS_MAX = 64,
	ACCOUNT_DIGITS = 12,
	NO_AUTH = 256,
	ADMIN,
	LIMITS,
	FAULT,
	FAULT_SEED
};

const char options_usage[] =
	"Usage: chimed --state FILE [OPTIONS]\n"
	"\n"
	"  -c, --config FILE      read settings from FILE; options win over "
	"it\n"
	"      --state FILE       holds everything, made when it is not "
	"there;\n"
	"                         \":memory:\" forgets all at the end\n"
	"      --listen ADDRESS:PORT  (127.0.0.1:8787; port 0: a free one)\n"
	"      --no-auth          accept any signature, and requests without "
	"one;\n"
	"                         else clients sign with the key pair of the "
	"file,\n"
	"                         or of AWS_ACCESS_KEY_ID and "
	"AWS_SECRET_ACCESS_KEY\n"
	"      --region REGION    (us-east-1)\n"
	"      --account NUMBER   in new ARNs (123456789012)\n"
	"      --admin USER-ID    users of that id are admins; repeatable\n"
	"      --max-skew SECONDS how far a signature's time may be off (900; "
	"0: any)\n"
	"      --sync full|normal|off     what an answered call outlives "
	"(full)\n"
	"      --limits none|published    rates and quotas (none)\n"
	"      --fault OPERATION:WHAT[:RATE]  let calls go wrong; repeatable\n"
	"      --fault-seed N     where the chances of faults start (1)\n"
	"      --log error|warn|info|debug    (info)\n"
	"  -h, --help             this summary\n"
	"  -V, --version          the version\n"
	"\n"
	"See chimed(8).\n";

static const struct option words[] = {
	{"config", required_argument, NULL, 'c'},
	{"listen", required_argument, NULL, 'l'},
	{"state", required_argument, NULL, 's'},
	{"region", required_argument, NULL, 'r'},
	{"account", required_argument, NULL, 'a'},
	{"max-skew", required_argument, NULL, 'k'},
	{"sync", required_argument, NULL, 'y'},
	{"log", required_argument, NULL, 'v'},
	{"no-auth", no_argument, NULL, NO_AUTH},
	{"admin", required_argument, NULL, ADMIN},
	{"limits", required_argument, NULL, LIMITS},
	{"fault", required_argument, NULL, FAULT},
	{"fault-seed", required_argument, NULL, FAULT_SEED},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0},
};

static int set_skew(
	struct settings *settings, const char *text, struct err *err)
{
	uint64_t value;

	if (parse_u64(text, 86400, &value) != 0)
		return err_set(err, -EINVAL,
			"--max-skew: \"%s\" is not a number of seconds up to "
			"86400",
			text);
	settings->max_skew_s = (int)value;
	return 0;
}

static int set_choice(int *value, const char *const *choices, const char *word,
	struct err *err)
{
	for (int i = 0; choices[i] != NULL; i++) {
		if (str_eq(choices[i], optarg)) {
			*value = i;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "%s: there is no \"%s\"", word, optarg);
}

static int add_admin(struct settings *settings, const char *id, struct err *err)
{
	if (settings->admin_count >= ADMINS_MAX)
		return err_set(err, -EINVAL, "more than %d admins", ADMINS_MAX);
	settings->admins = xreallocarray(settings->admins,
		settings->admin_count + 1, sizeof(*settings->admins));
	settings->admins[settings->admin_count++] = xstrdup(id);
	return 0;
}

static int add_fault(
	struct settings *settings, const char *text, struct err *err)
{
	struct fault_spec spec;

	if (settings->fault_count >= FAULTS_MAX)
		return err_set(err, -EINVAL, "more than %d faults", FAULTS_MAX);
	if (fault_spec_parse(text, &spec, err) != 0)
		return err_prefix(err, "--fault");
	settings->faults = xreallocarray(settings->faults,
		settings->fault_count + 1, sizeof(*settings->faults));
	settings->faults[settings->fault_count++] = xstrdup(text);
	return 0;
}

static int set_seed(
	struct settings *settings, const char *text, struct err *err)
{
	if (parse_i64(text, 0, INT64_MAX, &settings->fault_seed) == 0)
		return 0;
	return err_set(err, -EINVAL,
		"--fault-seed: \"%s\" is not a number from 0", text);
}

static int apply(struct options *options, int letter, struct err *err)
{
	struct settings *settings = &options->settings;

	switch (letter) {
	case 'l':
		set_string(&settings->listen, optarg);
		return 0;
	case 's':
		set_string(&settings->state, optarg);
		return 0;
	case 'r':
		set_string(&settings->region, optarg);
		return 0;
	case 'a':
		set_string(&settings->account, optarg);
		return 0;
	case 'k':
		return set_skew(settings, optarg, err);
	case 'v':
		return set_choice(
			&settings->log, settings_log_levels, "--log", err);
	case 'y':
		return set_choice(
			&settings->sync, settings_syncs, "--sync", err);
	case ADMIN:
		return add_admin(settings, optarg, err);
	case LIMITS:
		return set_choice(
			&settings->limits, settings_limits, "--limits", err);
	case FAULT:
		return add_fault(settings, optarg, err);
	case FAULT_SEED:
		return set_seed(settings, optarg, err);
	case NO_AUTH:
		settings->no_auth = true;
		return 0;
	default:
		return 0;
	}
}

/* Goes through the command line: for the file's name, then for the rest. */
static int walk(int argc, char **argv, struct options *options,
	const char **file, struct err *err)
{
	int letter;
	int rc = 0;

	optind = 0;
	opterr = 0;
	while (rc == 0 &&
		(letter = getopt_long(argc, argv, "c:hV", words, NULL)) != -1) {
		if (letter == '?')
			return err_set(err, -EINVAL,
				"%s: not an option, or its value is missing",
				argv[optind > 1 ? optind - 1 : 1]);
		options->help |= letter == 'h';
		options->version |= letter == 'V';
		if (letter == 'c')
			*file = optarg;
		rc = apply(options, letter, err);
	}
	if (rc == 0 && optind < argc)
		return err_set(err, -EINVAL, "%s: not an option", argv[optind]);
	return rc;
}

static int load(const char *file, struct options *options, struct err *err)
{
	struct problems problems;
	struct buf AUTOBUF text;
	int rc = 0;

	buf_init(&text, TEXT_BYTES);
	if (file == NULL) {
		schema_defaults(&settings_schema, &options->settings);
		return 0;
	}
	problems_init(&problems);
	rc = schema_load(&settings_schema, file, &options->settings, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		if (i > 0)
			buf_addc(&text, '\n');
		problems_format(&problems, i, &text);
	}
	problems_release(&problems);
	if (rc != 0)
		return err_set(err, -EBADMSG, "%s", text.data);
	if (listen_check(options->settings.listen, err) == 0)
		return 0;
	err_prefix(err, "%s: listen", file);
	err->code = -EBADMSG;
	return err->code;
}

static int key_pair(struct settings *settings, struct err *err)
{
	if (settings->no_auth) {
		set_string(&settings->access_key_id, NULL);
		return 0;
	}
	if (settings->access_key_id == NULL) {
		set_string(
			&settings->access_key_id, getenv("AWS_ACCESS_KEY_ID"));
		set_string(&settings->secret_access_key,
			getenv("AWS_SECRET_ACCESS_KEY"));
	}
	if (str_or_empty(settings->access_key_id)[0] == '\0' ||
		str_or_empty(settings->secret_access_key)[0] == '\0')
		return err_set(err, -EBADMSG,
			"no key pair: set access_key_id and secret_access_key "
			"in the file, or AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY in the environment, or give "
			"--no-auth");
	return 0;
}

/* As Amazon's: twelve digits. */
static bool is_account(const char *text)
{
	return strlen(text) == ACCOUNT_DIGITS &&
	       strspn(text, "0123456789") == ACCOUNT_DIGITS;
}

static int check_realm(const struct settings *settings, struct err *err)
{
	char AUTOFREE *text = arn_new_app_instance(
		"aws", settings->region, settings->account, "id");
	struct arn arn;

	if (!is_account(settings->account))
		return err_set(err, -EINVAL, "account: \"%s\" is not %d digits",
			settings->account, ACCOUNT_DIGITS);
	if (arn_parse(text, &arn) < 0 || !span_is(arn.region, settings->region))
		return err_set(err, -EINVAL,
			"region: \"%s\" does not fit into an ARN",
			settings->region);
	return 0;
}

/* Who can never be a user is a slip of the pen. */
static int check_admins(const struct settings *settings, struct err *err)
{
	const struct chime_member *id =
		chime_member(chime_operation(CHIME_CREATE_APP_INSTANCE_USER),
			"AppInstanceUserId");

	for (size_t i = 0; i < settings->admin_count; i++) {
		json_t AUTOJSON *value = json_string(settings->admins[i]);
		struct err why = {.code = 0};

		if (!value || chime_member_check(id, value, &why) < 0)
			return err_set(err, -EINVAL,
				"admins: \"%s\" is no user id: it must be 5 "
				"to 50 of A-Z a-z 0-9 : - _ . @, with a letter "
				"or digit at both ends",
				settings->admins[i]);
	}
	return 0;
}

static int check(struct settings *settings, struct err *err)
{
	if (str_or_empty(settings->state)[0] == '\0')
		return err_set(err, -EINVAL, "--state FILE is missing");
	if (listen_check(settings->listen, err) != 0)
		return err_prefix(err, "--listen");
	if (check_realm(settings, err) < 0 || check_admins(settings, err) < 0)
		return err->code;
	return key_pair(settings, err);
}

int options_parse(int argc, char **argv, struct options *ret, struct err *err)
{
	struct options AUTOOPTIONS first = {.help = false};
	const char *file = NULL;

	*ret = (struct options){.help = false};
	schema_defaults(&settings_schema, &first.settings);
	int rc = walk(argc, argv, &first, &file, err);

	ret->help = first.help;
	ret->version = first.version;
	if (rc != 0 || ret->help || ret->version)
		return rc;
	rc = load(file, ret, err);
	if (rc == 0)
		rc = walk(argc, argv, ret, &file, err);
	return rc == 0 ? check(&ret->settings, err) : rc;
}

void options_release(struct options *options)
{
	schema_free(&settings_schema, &options->settings);
}
