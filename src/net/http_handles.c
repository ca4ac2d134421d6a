#include "net/http_handles.h"

#include "net/loop_private.h"
#include "util/alloc.h"

#include <stdlib.h>

enum { DEFAULT_CONNECT_TIMEOUT_MS = 10000 };

/* libcurl asks the same. Not HTTP_PROXY: CGI sets it from a header. */
static bool has_proxy(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
}

void http_handles_init(
	struct http_handles *handles, const struct http_params *params)
{
	*handles = (struct http_handles){
		.user_agent = xstrdup_null(params->user_agent),
		.ca_file = xstrdup_null(params->ca_file),
		.unix_path = xstrdup_null(params->unix_path),
		.connect_timeout_ms = params->connect_timeout_ms > 0
					      ? params->connect_timeout_ms
					      : DEFAULT_CONNECT_TIMEOUT_MS,
		.may_be_proxied = has_proxy(),
	};
}

void http_handles_release(struct http_handles *handles)
{
	while (handles->kept_count > 0)
		curl_easy_cleanup(handles->kept[--handles->kept_count]);
	free(TAKE(handles->user_agent));
	free(TAKE(handles->ca_file));
	free(TAKE(handles->unix_path));
}

static void set_up(const struct http_handles *handles, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(
		easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
		(long)handles->connect_timeout_ms);
	/* Or it would look for one in the environment with each call. */
	if (!handles->may_be_proxied)
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (handles->user_agent)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, handles->user_agent);
	if (handles->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, handles->ca_file);
	if (handles->unix_path)
		curl_easy_setopt(
			easy, CURLOPT_UNIX_SOCKET_PATH, handles->unix_path);
}

CURL *http_handles_take(struct http_handles *handles)
{
	CURL *easy = handles->kept_count > 0
			     ? handles->kept[--handles->kept_count]
			     : net_must(curl_easy_init());

	set_up(handles, easy);
	return easy;
}

/*
 * Reset, although setting all options anew costs a little: libcurl counts the
 * times that a kept connection turned out to be dead over the life of a handle,
 * and from the sixth on fails a call that it could have sent again.
 */
void http_handles_give_back(struct http_handles *handles, CURL *easy)
{
	if (handles->kept_count == HTTP_HANDLES_KEPT) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	handles->kept[handles->kept_count++] = easy;
}
