/** The names, without `pg_`, of the tables of the server's catalog, and of the catalog views that can change settings. */
export const SERVER_CATALOG_TABLE_NAMES: ReadonlySet<string> = new Set(
  `aggregate am amop amproc attrdef attribute auth_members authid cast class collation constraint conversion database
  db_role_setting default_acl depend description enum event_trigger extension foreign_data_wrapper foreign_server foreign_table
  index inherits init_privs language largeobject largeobject_metadata namespace opclass operator opfamily parameter_acl
  partitioned_table policy proc publication publication_namespace publication_rel range replication_origin rewrite seclabel
  sequence shdepend shdescription shseclabel statistic statistic_ext statistic_ext_data subscription subscription_rel
  tablespace transform trigger ts_config ts_config_map ts_dict ts_parser ts_template type user_mapping settings file_settings`
    .split(/\s+/)
    .map((name) => `pg_${name}`),
)
