CREATE TABLE "search_words" (
	"workspace_id" uuid NOT NULL,
	"word" text NOT NULL,
	CONSTRAINT "search_words_workspace_id_word_pk" PRIMARY KEY("workspace_id","word")
);
--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(coalesce(subject, '') || ' ' || coalesce(content, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(name || ' ' || coalesce(description, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "email_templates" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(name || ' ' || subject || ' ' || body), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(filename || ' ' || coalesce(description, '') || ' ' || coalesce(text_content, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(invoice_number || ' ' || title || ' ' || coalesce(notes, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "notes" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(body), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(name || ' ' || coalesce(description, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(title || ' ' || coalesce(description, '')), 100000))) STORED;--> statement-breakpoint
ALTER TABLE "visits" ADD COLUMN "search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', left(crm_fold(contact_name || ' ' || reason || ' ' || coalesce(notes, '')), 100000))) STORED;--> statement-breakpoint
CREATE INDEX "search_words_alike" ON "search_words" USING gin ("workspace_id","word" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "interactions_ranked" ON "interactions" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "campaigns_ranked" ON "campaigns" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "email_templates_ranked" ON "email_templates" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "files_ranked" ON "files" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "invoices_ranked" ON "invoices" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "notes_ranked" ON "notes" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "projects_ranked" ON "projects" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "tasks_ranked" ON "tasks" USING gin ("workspace_id","search_vector");--> statement-breakpoint
CREATE INDEX "visits_ranked" ON "visits" USING gin ("workspace_id","search_vector");