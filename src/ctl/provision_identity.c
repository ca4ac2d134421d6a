#include "ctl/provision_identity.h"

#include "aws/arn.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>

enum { PAGE = 50 };

/* "It is there already" is what was wanted. */
static bool is_there(const struct chime_answered *answered)
{
	return answered->error == CHIME_OK || answered->error == CHIME_CONFLICT;
}

int provision_find_instance(const json_t *instances, const char *name,
	const char **ret_arn, struct err *err)
{
	size_t i;
	json_t *item;
	const char *found = NULL;

	json_array_foreach (instances, i, item) {
		const char *arn = json_get_string(item, "AppInstanceArn");

		if (!arn || !str_eq(json_get_string(item, "Name"), name))
			continue;
		if (found)
			return err_set(err, -EEXIST,
				"several have the name %s (%s and %s): give "
				"the ARN of one",
				name, found, arn);
		found = arn;
	}
	*ret_arn = found;
	return 0;
}

static int look_for_instance(struct provision *p, struct err *err)
{
	struct chime_answered answered;
	const char *arn = NULL;
	int error;

	provision_ask(p, CHIME_LIST_APP_INSTANCES,
		json_pack("{s:i}", "MaxResults", PAGE), &answered);
	if (answered.error != CHIME_OK)
		error = provision_failed(&answered, err);
	else
		error = provision_find_instance(
			json_object_get(answered.body, "AppInstances"),
			p->plan->app_instance, &arn, err);
	set_string(&p->there->app_instance, arn);
	chime_answered_release(&answered);
	return error;
}

/* A list that fails is no reason to doubt. */
static bool instance_is_seen(struct provision *p)
{
	struct err err = {0};

	return look_for_instance(p, &err) < 0 || p->there->app_instance;
}

static int make_instance(struct provision *p, struct err *err)
{
	json_t *members = json_pack("{s:s}", "Name", p->plan->app_instance);
	struct chime_answered answered;
	const char *arn;
	int error = 0;

	provision_make(p, CHIME_CREATE_APP_INSTANCE, members, instance_is_seen,
		&answered);
	arn = json_get_string(answered.body, "AppInstanceArn");
	if (arn) {
		set_string(&p->there->app_instance, arn);
		provision_tell(p, true, "app instance", arn);
	} else {
		error = provision_failed(&answered, err);
	}
	chime_answered_release(&answered);
	return error;
}

int provision_instance(struct provision *p, struct err *err)
{
	const char *wanted = p->plan->app_instance;

	if (str_starts(wanted, "arn:"))
		p->there->app_instance = xstrdup(wanted);
	else if (look_for_instance(p, err) < 0)
		return err->code;
	if (!p->there->app_instance)
		return make_instance(p, err);
	provision_tell(p, false, "app instance", p->there->app_instance);
	return 0;
}

/* Asked without patience: one that is not there is soon made. */
static bool has_user(struct provision *p, const char *arn)
{
	json_t AUTOJSON *members =
		json_pack("{s:s}", "AppInstanceUserArn", arn);
	struct chime_answered answered;

	chime_session_call(p->session, CHIME_DESCRIBE_APP_INSTANCE_USER,
		members, &answered);
	chime_answered_release(&answered);
	return answered.error == CHIME_OK;
}

/* The id makes it one user, however often it is asked for. */
static int make_user(
	struct provision *p, const char *id, const char *name, struct err *err)
{
	const char *instance = p->there->app_instance;
	char AUTOFREE *arn = arn_new_child(instance, ARN_USER, id);
	json_t *members;
	struct chime_answered answered;
	int error = 0;

	if (has_user(p, arn)) {
		provision_tell(p, false, "user", arn);
		return 0;
	}
	members = json_pack("{s:s, s:s, s:s}", "AppInstanceArn", instance,
		"AppInstanceUserId", id, "Name", name);
	provision_ask(p, CHIME_CREATE_APP_INSTANCE_USER, members, &answered);
	if (is_there(&answered))
		provision_tell(p, answered.error == CHIME_OK, "user", arn);
	else
		error = provision_failed(&answered, err);
	chime_answered_release(&answered);
	return error;
}

int provision_user(struct provision *p, struct err *err)
{
	p->there->user = arn_new_child(
		p->there->app_instance, ARN_USER, p->plan->user_id);
	return make_user(p, p->plan->user_id, p->plan->user_name, err);
}

static int make_admin(struct provision *p, const char *user, struct err *err)
{
	struct chime_answered answered;
	int error = 0;

	provision_ask(p, CHIME_CREATE_APP_INSTANCE_ADMIN,
		json_pack("{s:s, s:s}", "AppInstanceArn",
			p->there->app_instance, "AppInstanceAdminArn", user),
		&answered);
	if (is_there(&answered))
		provision_tell(p, answered.error == CHIME_OK, "admin", user);
	else
		error = provision_failed(&answered, err);
	chime_answered_release(&answered);
	return error;
}

int provision_admin(struct provision *p, struct err *err)
{
	const struct plan *plan = p->plan;
	char AUTOFREE *arn = NULL;

	if (plan->admin && make_admin(p, p->there->user, err) < 0)
		return err->code;
	if (!plan->admin_id)
		return 0;
	arn = arn_new_child(p->there->app_instance, ARN_USER, plan->admin_id);
	if (make_user(p, plan->admin_id, plan->admin_name, err) < 0)
		return err->code;
	return make_admin(p, arn, err);
}
