DROP INDEX "campaigns_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "campaigns_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "companies_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "companies_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "contacts_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "contacts_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "deals_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "deals_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "leads_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "leads_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "projects_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "projects_workspace_id_created_by_id_index";--> statement-breakpoint
DROP INDEX "visits_workspace_id_owner_id_index";--> statement-breakpoint
DROP INDEX "visits_workspace_id_created_by_id_index";--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_owner_id_created_by_id_deleted_at_index" ON "campaigns" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "campaigns_workspace_id_created_by_id_owner_id_deleted_at_index" ON "campaigns" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "companies_workspace_id_owner_id_created_by_id_deleted_at_index" ON "companies" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "companies_workspace_id_created_by_id_owner_id_deleted_at_index" ON "companies" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_owner_id_created_by_id_deleted_at_index" ON "contacts" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_created_by_id_owner_id_deleted_at_index" ON "contacts" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_owner_id_created_by_id_deleted_at_index" ON "deals" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_created_by_id_owner_id_deleted_at_index" ON "deals" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_owner_id_created_by_id_deleted_at_index" ON "leads" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_created_by_id_owner_id_deleted_at_index" ON "leads" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_owner_id_created_by_id_deleted_at_index" ON "projects" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_created_by_id_owner_id_deleted_at_index" ON "projects" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_owner_id_created_by_id_deleted_at_index" ON "visits" USING btree ("workspace_id","owner_id","created_by_id","deleted_at");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_created_by_id_owner_id_deleted_at_index" ON "visits" USING btree ("workspace_id","created_by_id","owner_id","deleted_at");