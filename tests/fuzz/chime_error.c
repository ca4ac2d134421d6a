/* Status, error header and body of anything make one of the errors. The
 * first line is the status, the second the header, the rest the body. */
#include "chime/error.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int status, const char *type, const json_t *body)
{
	char code[CHIME_CODE_BYTES];
	const struct chime_answer answer = {
		.status = status, .error_type = type, .body = body};
	enum chime_error error = chime_error_classify(&answer, code);
	if (strlen(code) >= sizeof(code) || error >= CHIME_ERROR_COUNT)
		abort();
	/* What the status says about success nothing else may change. */
	if ((error == CHIME_OK) != (status >= 200 && status < 300))
		abort();
	if (status >= 500 && chime_error_remedy(error) == CHIME_RESIGN &&
		error != CHIME_CLOCK_SKEW)
		abort();
	(void)chime_error_may_be_clock(error, code);
	(void)chime_error_message(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct span rest = {(const char *)data, size};
	struct span status = span_cut(&rest, '\n');
	struct span type = span_cut(&rest, '\n');
	char AUTOFREE *number = xstrndup(str_or_empty(status.p), status.len);
	char AUTOFREE *header = xstrndup(str_or_empty(type.p), type.len);
	uint64_t value = 0;
	if (parse_u64(number, 999, &value) != 0)
		value = 400;
	json_t *body = json_parse_repaired(
		str_or_empty(rest.p), rest.p ? rest.len : 0, &err);
	check((int)value, header, body);
	json_decref(body);
	return 0;
}
