#include "daemon/control_query.h"

#include "chime/route.h"

void control_query(const struct control_request *request, const char *name,
	struct buf *out)
{
	if (chime_query_get(request->query, name, out) != 0 || out->overflow)
		buf_clear(out);
}

struct mapping *control_query_mapping(const struct control_request *request)
{
	struct buf AUTOBUF name;

	buf_init(&name, CONTROL_VALUE_BYTES);
	control_query(request, "mapping", &name);
	return wire_mapping(request->wire, name.data);
}
