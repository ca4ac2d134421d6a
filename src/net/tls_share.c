#include "net/tls_share.h"

#include "net/loop_private.h"
#include "util/alloc.h"
#include "util/str.h"

#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utlist.h>

enum {
	FILES = 3,
	/* Without a file of one's own, certificates are the system's: a file
	 * and a directory. */
	STAMPS = FILES + 2,
};

/* What tells one content of a file from another; all 0: it is not there. */
struct share_stamp {
	uint64_t inode;
	int64_t size;
	int64_t changed_s;
	int64_t changed_ns;
};

struct tls_share {
	struct tls_share *prev; /* in the loop's list */
	struct tls_share *next;
	struct loop *loop;
	struct tls_profile *profile;
	unsigned users;
	char *files[FILES]; /* certificates, certificate, key */
	char *pin;
	struct share_stamp stamps[STAMPS];
};

static const char *share_file(const struct tls_params *params, int i)
{
	const char *const files[FILES] = {
		params->ca_file, params->cert_file, params->key_file};

	return files[i];
}

static void share_stamp(const char *file, struct share_stamp *ret)
{
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (!file || stat(file, &st) != 0)
		return;
	ret->inode = st.st_ino;
	ret->size = st.st_size;
	ret->changed_s = st.st_mtim.tv_sec;
	ret->changed_ns = st.st_mtim.tv_nsec;
}

/* As OpenSSL finds it. */
static const char *share_default(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value ? value : otherwise;
}

static void share_stamp_all(struct tls_share *share)
{
	for (int i = 0; i < FILES; i++)
		share_stamp(share->files[i], &share->stamps[i]);
	if (share->files[0])
		return;
	share_stamp(share_default(X509_get_default_cert_file_env(),
			    X509_get_default_cert_file()),
		&share->stamps[FILES]);
	share_stamp(share_default(X509_get_default_cert_dir_env(),
			    X509_get_default_cert_dir()),
		&share->stamps[FILES + 1]);
}

static bool share_is_same(const struct tls_share *a, const struct tls_share *b)
{
	for (int i = 0; i < FILES; i++)
		if (!str_eq(a->files[i], b->files[i]))
			return false;
	return str_eq(a->pin, b->pin) &&
	       memcmp(a->stamps, b->stamps, sizeof(a->stamps)) == 0;
}

static void share_free(struct tls_share *share)
{
	tls_profile_free(share->profile);
	for (int i = 0; i < FILES; i++)
		free(share->files[i]);
	free(share->pin);
	free(share);
}

/* Looked at before they are read: a change in between is seen next time. */
static struct tls_share *share_new(
	struct loop *loop, const struct tls_params *params)
{
	struct tls_share *share = xcalloc(1, sizeof(*share));

	share->loop = loop;
	share->pin = xstrdup_null(params->pin_sha256);
	for (int i = 0; i < FILES; i++)
		share->files[i] = xstrdup_null(share_file(params, i));
	share_stamp_all(share);
	return share;
}

struct tls_share *tls_share_get(
	struct loop *loop, const struct tls_params *params, struct err *err)
{
	struct tls_share **list = loop_tls_shares(loop);
	struct tls_share *fresh = share_new(loop, params);
	struct tls_share *share;

	DL_FOREACH (*list, share)
		if (share_is_same(share, fresh)) {
			share_free(fresh);
			share->users++;
			return share;
		}
	fresh->profile = tls_profile_new(params, err);
	if (!fresh->profile) {
		share_free(fresh);
		return NULL;
	}
	fresh->users = 1;
	DL_APPEND(*list, fresh);
	return fresh;
}

void tls_share_put(struct tls_share *share)
{
	struct tls_share **list;

	if (!share || --share->users > 0)
		return;
	list = loop_tls_shares(share->loop);
	DL_DELETE(*list, share);
	share_free(share);
}

struct tls_profile *tls_share_profile(const struct tls_share *share)
{
	return share->profile;
}
