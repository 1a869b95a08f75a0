-- A copy of the database must not talk to the production project.
UPDATE mindbox_endpoint
   SET state = 'draft',
       url = 'https://neutralized.invalid',
       secret_key = NULL,
       endpoint_code = NULL,
       inbound_active = FALSE,
       inbound_key = NULL,
       inbound_old_key = NULL;
UPDATE mindbox_inbound
   SET state = 'ignored',
       reason_code = 'neutralized',
       reason_details = NULL
 WHERE state = 'received';
UPDATE mindbox_request
   SET state = 'cancelled',
       reason_code = 'neutralized',
       reason_details = NULL
 WHERE state = 'pending';
DELETE FROM mindbox_unrecorded;
DELETE FROM ir_config_parameter
 WHERE key = 'mindbox_connector.health_token';
UPDATE mindbox_import
   SET state = 'cancelled'
 WHERE state IN ('running', 'paused');
UPDATE mindbox_import_chunk
   SET state = 'cancelled'
 WHERE state IN ('open', 'frozen');
UPDATE mindbox_export
   SET state = 'failed',
       urls = NULL
 WHERE state IN ('making', 'reading');
UPDATE mindbox_feed
   SET token = NULL;
UPDATE queue_job
   SET state = 'cancelled'
 WHERE model_name IN ('mindbox.endpoint', 'mindbox.export', 'mindbox.feed', 'mindbox.import')
   AND state IN ('wait_dependencies', 'pending', 'enqueued', 'started');
