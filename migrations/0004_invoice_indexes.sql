DROP INDEX "invoices_number";--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_live_number" ON "invoices" USING btree ("workspace_id","invoice_number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_status" ON "invoices" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_number" ON "invoices" USING btree ("workspace_id","invoice_number");