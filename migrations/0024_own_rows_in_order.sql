DROP INDEX "campaigns_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "campaigns_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "companies_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "companies_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "contacts_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "contacts_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "deals_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "deals_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "leads_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "leads_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "projects_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "projects_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "visits_workspace_id_owner_id_created_by_id_deleted_at_index";--> statement-breakpoint
DROP INDEX "visits_workspace_id_created_by_id_owner_id_deleted_at_index";--> statement-breakpoint
CREATE INDEX "campaigns_by_owner_id" ON "campaigns" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "campaigns_by_created_by_id" ON "campaigns" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_by_owner_id" ON "companies" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_by_created_by_id" ON "companies" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_by_owner_id" ON "contacts" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_by_created_by_id" ON "contacts" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_by_owner_id" ON "deals" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_by_created_by_id" ON "deals" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_by_owner_id" ON "leads" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_by_created_by_id" ON "leads" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_by_owner_id" ON "projects" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_by_created_by_id" ON "projects" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_by_owner_id" ON "visits" USING btree ("workspace_id","owner_id","updated_at","id","created_by_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_by_created_by_id" ON "visits" USING btree ("workspace_id","created_by_id","updated_at","id","owner_id") WHERE deleted_at is null;