#include "ctl/state_dump.h"

#include "ctl/state_json.h"
#include "store/newfile.h"
#include "store/statefile.h"
#include "util/alloc.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Writing. */

struct exporting {
	FILE *out;
	json_int_t records;
};

static void put_line(FILE *out, json_t *object)
{
	/* What cannot be written is seen at the end, by ferror(). */
	(void)json_dumpf(object, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(object);
}

static void export_record(const struct store_record *record, void *arg)
{
	struct exporting *e = arg;

	put_line(e->out, state_json_of(record));
	e->records++;
}

static int export_all(
	struct statefile *file, struct exporting *e, struct err *err)
{
	int code;

	put_line(e->out,
		json_pack("{s:i, s:i}", "belfry_state", STATE_JSON_VERSION,
			"schema", statefile_version(file)));
	code = statefile_each(file, export_record, e, err);
	put_line(e->out, json_pack("{s:b, s:I, s:b}", "end", 1, "records",
				 e->records, "complete", code == 0));
	if (fflush(e->out) != 0 || ferror(e->out))
		return err_set(err, -EIO, "the output cannot be written");
	return code;
}

int state_export(const char *path, FILE *out, struct err *err)
{
	struct exporting e = {.out = out};
	struct statefile *file = statefile_open(path, err);
	int code;

	if (!file)
		return err->code;
	code = export_all(file, &e, err);
	statefile_close(file);
	return code;
}

/* Reading. */

struct importing {
	struct newfile *file;
	json_int_t records;
	bool has_header;
	bool has_end;
	bool is_complete;
};

static int take_header(
	struct importing *i, const json_t *object, struct err *err)
{
	int64_t version = json_get_int(object, "belfry_state", 0);

	if (version < 1)
		return err_set(err, -EINVAL,
			"this is no export of \"belfryctl state\"");
	if (version > STATE_JSON_VERSION)
		return err_set(err, -EINVAL, "was exported by a newer version");
	i->has_header = true;
	return 0;
}

static int take_end(struct importing *i, const json_t *object, struct err *err)
{
	int64_t records = json_get_int(object, "records", -1);

	if (records != i->records)
		return err_set(err, -EINVAL,
			"%lld records are here, %lld were exported",
			(long long)i->records, (long long)records);
	i->has_end = true;
	i->is_complete = json_get_bool(object, "complete", false);
	return 0;
}

static int take_record(
	struct importing *i, const json_t *object, struct err *err)
{
	struct state_row row;
	int code = state_json_read(object, &row, err);

	if (code == 0)
		code = newfile_put(i->file, &row.record, err);
	state_row_release(&row);
	i->records++;
	return code;
}

static int take_line(
	struct importing *i, const char *line, size_t len, struct err *err)
{
	json_t AUTOJSON *object = json_parse_line(line, len, err);

	if (!object)
		return err->code;
	if (!i->has_header)
		return take_header(i, object, err);
	if (i->has_end)
		return err_set(err, -EINVAL, "there is more behind the end");
	if (json_object_get(object, "end"))
		return take_end(i, object, err);
	return take_record(i, object, err);
}

static int import_all(struct importing *i, FILE *in, struct err *err)
{
	AUTOFREE char *line = NULL;
	size_t size = 0;
	size_t number = 0;
	ssize_t len;

	while ((len = getline(&line, &size, in)) > 0) {
		number++;
		if (take_line(i, line, (size_t)len, err) < 0)
			return err_prefix(err, "line %zu", number);
	}
	if (ferror(in))
		return err_set(err, -EIO, "the input cannot be read");
	if (!i->has_end)
		return err_set(err, -EINVAL,
			"the input is not whole: its last line is missing");
	return newfile_commit(i->file, err);
}

int state_import(
	const char *path, FILE *in, bool *ret_complete, struct err *err)
{
	struct importing i = {.file = newfile_open(path, err)};
	int code;

	if (!i.file)
		return err->code;
	code = import_all(&i, in, err);
	newfile_close(i.file);
	if (code == 0)
		*ret_complete = i.is_complete;
	return code;
}
