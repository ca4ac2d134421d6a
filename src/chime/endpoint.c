#include "chime/endpoint.h"

#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *prefix;
	const char *port; /* which a Host header leaves out */
} schemes[] = {
	{"https://", ":443"},
	{"http://", ":80"},
};

static size_t url_len(const char *url)
{
	size_t len = strlen(url);
	while (len > 0 && url[len - 1] == '/')
		len--;
	return len;
}

static int take_apart(struct endpoint *ret, const char *url, size_t scheme)
{
	const char *host = url + strlen(schemes[scheme].prefix);
	size_t host_len = strcspn(host, "/");
	size_t origin_len = (size_t)(host - url) + host_len;
	/* No user names, queries or fragments, and nothing to be encoded. */
	if (host_len == 0 || strpbrk(host, "@?#% \t\r\n\"\\"))
		return -EINVAL;
	*ret = (struct endpoint){
		.url = xstrndup(url, url_len(url)),
		.origin_len = origin_len,
		.host = xstrndup(host, host_len),
	};
	if (str_ends(ret->host, schemes[scheme].port))
		ret->host[host_len - strlen(schemes[scheme].port)] = '\0';
	return 0;
}

int endpoint_init(struct endpoint *ret, const char *url, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (str_starts(url, schemes[i].prefix) &&
			take_apart(ret, url, i) == 0)
			return 0;
	}
	return err_set(err, -EINVAL,
		"%s is no endpoint: http://HOST[:PORT] or https://… is wanted",
		url);
}

void endpoint_release(struct endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->host);
	*endpoint = (struct endpoint){.url = NULL};
}
