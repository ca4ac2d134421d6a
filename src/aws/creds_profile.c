/* Key pairs in the shared files, and the reading of these files. */
#include "aws/creds_provider.h"

#include "util/alloc.h"
#include "util/file.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void creds_forget(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

const char *creds_profile_name(const struct creds_params *params)
{
	const char *name = getenv("AWS_PROFILE");
	if (params->profile)
		return params->profile;
	return name && name[0] ? name : "default";
}

/* "~/x" is in the home directory; other paths are taken as they are. */
static char *expand(const char *path)
{
	const char *home = getenv("HOME");
	if (!str_starts(path, "~/"))
		return xstrdup(path);
	return home && home[0] ? xasprintf("%s%s", home, path + 1) : NULL;
}

static const struct {
	const char *variable;
	const char *fallback;
} places[] = {
	[INI_CREDENTIALS] = {"AWS_SHARED_CREDENTIALS_FILE",
		"~/.aws/credentials"},
	[INI_CONFIG] = {"AWS_CONFIG_FILE", "~/.aws/config"},
};

/* Which file, and was it named by somebody? */
static char *find_path(
	const struct creds_params *params, enum ini_kind kind, bool *ret_named)
{
	const char *given = kind == INI_CREDENTIALS ? params->credentials_file
						    : params->config_file;
	const char *variable = getenv(places[kind].variable);
	if (!given && variable && variable[0])
		given = variable;
	*ret_named = given != NULL;
	return expand(given ? given : places[kind].fallback);
}

int creds_file_open(struct creds_file *file, enum ini_kind kind,
	const struct creds_params *params, struct err *err)
{
	bool named;
	*file = (struct creds_file){.kind = kind};
	buf_init(&file->text, CREDS_FILE_BYTES);
	file->path = find_path(params, kind, &named);
	if (!file->path)
		return 0;
	int r = file_read(file->path, CREDS_FILE_BYTES, &file->text, err);
	if (r == 0 || (r == -ENOENT && !named)) {
		err_clear(err);
		return 0;
	}
	creds_file_close(file);
	return r;
}

void creds_file_close(struct creds_file *file)
{
	explicit_bzero(file->text.data, file->text.len);
	buf_release(&file->text);
	free(file->path);
	file->path = NULL;
}

char *creds_file_get(
	const struct creds_file *file, const char *profile, const char *key)
{
	const struct ini_query query = {
		.kind = file->kind, .profile = profile, .key = key};
	struct span value;
	struct span text = {file->text.data, file->text.len};
	if (!ini_get(text, &query, &value))
		return NULL;
	return xstrndup(value.p, value.len);
}

/* Takes the pair out of one file; CREDS_NONE when it has none. */
static enum creds_outcome take_pair(struct creds_fetch *fetch,
	const struct creds_file *file, const char *profile)
{
	char *access_key = creds_file_get(file, profile, "aws_access_key_id");
	char *secret = creds_file_get(file, profile, "aws_secret_access_key");
	char *token = creds_file_get(file, profile, "aws_session_token");
	enum creds_outcome outcome = CREDS_NONE;
	if (access_key && secret) {
		sigv4_key_init(&fetch->key, access_key, secret, token);
		fetch->source =
			xasprintf("profile %s of %s", profile, file->path);
		outcome = CREDS_FOUND;
	} else if (access_key || secret) {
		err_set(&fetch->err, -EINVAL,
			"%s: profile %s has only one of "
			"aws_access_key_id and aws_secret_access_key",
			file->path, profile);
		outcome = CREDS_FAILED;
	}
	free(access_key);
	creds_forget(secret);
	creds_forget(token);
	return outcome;
}

static void note_absence(struct creds_fetch *fetch,
	const struct creds_file *file, const char *profile)
{
	struct span text = {file->text.data, file->text.len};
	if (!file->path)
		creds_note(fetch, "HOME is not set");
	else if (ini_has_profile(text, file->kind, profile))
		creds_note(fetch, "profile %s of %s has no key", profile,
			file->path);
	else
		creds_note(fetch, "%s has no profile %s", file->path, profile);
}

static enum creds_outcome try_file(
	struct creds_fetch *fetch, enum ini_kind kind)
{
	struct creds_file file;
	const char *profile = creds_profile_name(fetch->params);
	if (creds_file_open(&file, kind, fetch->params, &fetch->err) != 0)
		return CREDS_FAILED;
	enum creds_outcome outcome = take_pair(fetch, &file, profile);
	if (outcome == CREDS_NONE)
		note_absence(fetch, &file, profile);
	creds_file_close(&file);
	return outcome;
}

enum creds_outcome creds_profile_start(struct creds_fetch *fetch)
{
	enum creds_outcome outcome = try_file(fetch, INI_CREDENTIALS);
	if (outcome == CREDS_NONE)
		outcome = try_file(fetch, INI_CONFIG);
	return outcome;
}
