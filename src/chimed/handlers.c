#include "chimed/handlers.h"

static handler_fn *const handlers[CHIME_OP_COUNT] = {
	[CHIME_CREATE_APP_INSTANCE] = handle_create_app_instance,
	[CHIME_CREATE_APP_INSTANCE_USER] = handle_create_app_instance_user,
	[CHIME_CREATE_CHANNEL] = handle_create_channel,
	[CHIME_CREATE_CHANNEL_BAN] = handle_create_channel_ban,
	[CHIME_CREATE_CHANNEL_MEMBERSHIP] = handle_create_channel_membership,
	[CHIME_CREATE_CHANNEL_MODERATOR] = handle_create_channel_moderator,
	[CHIME_DELETE_CHANNEL] = handle_delete_channel,
	[CHIME_DELETE_CHANNEL_BAN] = handle_delete_channel_ban,
	[CHIME_DELETE_CHANNEL_MEMBERSHIP] = handle_delete_channel_membership,
	[CHIME_DELETE_CHANNEL_MESSAGE] = handle_delete_channel_message,
	[CHIME_DELETE_CHANNEL_MODERATOR] = handle_delete_channel_moderator,
	[CHIME_DESCRIBE_CHANNEL] = handle_describe_channel,
	[CHIME_DESCRIBE_CHANNEL_BAN] = handle_describe_channel_ban,
	[CHIME_DESCRIBE_CHANNEL_MEMBERSHIP] =
		handle_describe_channel_membership,
	[CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER] =
		handle_describe_channel_membership_for_user,
	[CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER] =
		handle_describe_channel_moderated_by_user,
	[CHIME_DESCRIBE_CHANNEL_MODERATOR] = handle_describe_channel_moderator,
	[CHIME_GET_CHANNEL_MESSAGE] = handle_get_channel_message,
	[CHIME_LIST_CHANNEL_BANS] = handle_list_channel_bans,
	[CHIME_LIST_CHANNEL_MEMBERSHIPS] = handle_list_channel_memberships,
	[CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER] =
		handle_list_channel_memberships_for_user,
	[CHIME_LIST_CHANNEL_MESSAGES] = handle_list_channel_messages,
	[CHIME_LIST_CHANNEL_MODERATORS] = handle_list_channel_moderators,
	[CHIME_LIST_CHANNELS] = handle_list_channels,
	[CHIME_LIST_CHANNELS_MODERATED_BY_USER] =
		handle_list_channels_moderated_by_user,
	[CHIME_REDACT_CHANNEL_MESSAGE] = handle_redact_channel_message,
	[CHIME_SEND_CHANNEL_MESSAGE] = handle_send_channel_message,
	[CHIME_UPDATE_CHANNEL] = handle_update_channel,
	[CHIME_UPDATE_CHANNEL_MESSAGE] = handle_update_channel_message,
	[CHIME_UPDATE_CHANNEL_READ_MARKER] = handle_update_channel_read_marker,
	[CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP] =
		handle_batch_create_channel_membership,
	[CHIME_CREATE_APP_INSTANCE_ADMIN] = handle_create_app_instance_admin,
	[CHIME_DELETE_APP_INSTANCE] = handle_delete_app_instance,
	[CHIME_DELETE_APP_INSTANCE_ADMIN] = handle_delete_app_instance_admin,
	[CHIME_DELETE_APP_INSTANCE_USER] = handle_delete_app_instance_user,
	[CHIME_DESCRIBE_APP_INSTANCE] = handle_describe_app_instance,
	[CHIME_DESCRIBE_APP_INSTANCE_ADMIN] =
		handle_describe_app_instance_admin,
	[CHIME_DESCRIBE_APP_INSTANCE_USER] = handle_describe_app_instance_user,
	[CHIME_LIST_APP_INSTANCE_ADMINS] = handle_list_app_instance_admins,
	[CHIME_LIST_APP_INSTANCE_USERS] = handle_list_app_instance_users,
	[CHIME_LIST_APP_INSTANCES] = handle_list_app_instances,
	[CHIME_UPDATE_APP_INSTANCE] = handle_update_app_instance,
	[CHIME_UPDATE_APP_INSTANCE_USER] = handle_update_app_instance_user,
};

handler_fn *handlers_find(enum chime_op op)
{
	return handlers[op];
}
