ALTER TABLE "contacts" drop column "search_text";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "search_text" text GENERATED ALWAYS AS (crm_fold(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone_e164, phone || ' ' || regexp_replace(phone, '[^0-9]', '', 'g'), '') || ' ' || coalesce(mobile_e164, mobile || ' ' || regexp_replace(mobile, '[^0-9]', '', 'g'), '') || ' ' || coalesce(job_title, ''))) STORED;--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
ALTER TABLE "leads" drop column "search_text";--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(email, '') || ' ' || coalesce(company, '') || ' ' || coalesce(phone_e164, phone || ' ' || regexp_replace(phone, '[^0-9]', '', 'g'), ''))) STORED;--> statement-breakpoint
CREATE INDEX "leads_search" ON "leads" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
-- Numbers without a country are compared now: the follower that keeps what records have in common reads the history from its beginning.
DELETE FROM "event_cursors" WHERE follower = 'duplicates';
