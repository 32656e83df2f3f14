DROP INDEX "campaigns_search";--> statement-breakpoint
DROP INDEX "companies_search";--> statement-breakpoint
DROP INDEX "contacts_search";--> statement-breakpoint
DROP INDEX "deals_search";--> statement-breakpoint
DROP INDEX "leads_search";--> statement-breakpoint
CREATE INDEX "campaigns_search" ON "campaigns" USING gin ("workspace_id","search_text" gin_trgm_ops,(array[owner_id, created_by_id])) WITH (gin_pending_list_limit=128);--> statement-breakpoint
CREATE INDEX "companies_search" ON "companies" USING gin ("workspace_id","search_text" gin_trgm_ops,(array[owner_id, created_by_id])) WITH (gin_pending_list_limit=128);--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin ("workspace_id","search_text" gin_trgm_ops,(array[owner_id, created_by_id])) WITH (gin_pending_list_limit=128);--> statement-breakpoint
CREATE INDEX "deals_search" ON "deals" USING gin ("workspace_id","search_text" gin_trgm_ops,(array[owner_id, created_by_id])) WITH (gin_pending_list_limit=128);--> statement-breakpoint
CREATE INDEX "leads_search" ON "leads" USING gin ("workspace_id","search_text" gin_trgm_ops,(array[owner_id, created_by_id])) WITH (gin_pending_list_limit=128);