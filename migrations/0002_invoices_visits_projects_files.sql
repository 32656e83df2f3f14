CREATE TABLE "storage_removals" (
	"workspace_id" uuid NOT NULL,
	"key" text NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"is_taken" boolean DEFAULT false NOT NULL,
	CONSTRAINT "storage_removals_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "files" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"filename" text NOT NULL,
	"content_type" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"attached_to_type" text,
	"attached_to_id" uuid,
	"description" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"text_content" text,
	"search_text" text GENERATED ALWAYS AS (crm_fold(filename || ' ' || coalesce(description, '') || ' ' || coalesce(text_content, ''))) STORED,
	CONSTRAINT "files_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "invoice_series" (
	"workspace_id" uuid NOT NULL,
	"year" integer NOT NULL,
	"last" integer DEFAULT 0 NOT NULL,
	"free" integer[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "invoice_series_workspace_id_year_pk" PRIMARY KEY("workspace_id","year")
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"invoice_number" text NOT NULL,
	"title" text collate "und-x-icu" NOT NULL,
	"notes" text,
	"items" jsonb DEFAULT '[]' NOT NULL,
	"amount" numeric(15, 2) DEFAULT 0 NOT NULL,
	"subtotal" numeric(15, 2),
	"tax_amount" numeric(15, 2),
	"taxes" jsonb DEFAULT '[]' NOT NULL,
	"currency" text NOT NULL,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"related_type" text,
	"related_id" uuid,
	"issued_at" timestamp(3) with time zone,
	"due_at" timestamp(3) with time zone,
	"paid_at" timestamp(3) with time zone,
	"dated_at" timestamp(3) with time zone GENERATED ALWAYS AS (coalesce(issued_at, created_at)) STORED NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(invoice_number || ' ' || title || ' ' || coalesce(notes, ''))) STORED,
	CONSTRAINT "invoices_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"name" text collate "und-x-icu" NOT NULL,
	"description" text,
	"status" text DEFAULT 'PLANNING' NOT NULL,
	"priority" text DEFAULT 'MEDIUM' NOT NULL,
	"company_id" uuid,
	"deal_id" uuid,
	"project_manager_id" uuid,
	"start_date" date,
	"due_date" date,
	"completion_date" date,
	"estimated_hours" numeric(10, 2),
	"actual_hours" numeric(10, 2),
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(description, ''))) STORED,
	CONSTRAINT "projects_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "visits" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"contact_id" uuid,
	"contact_name" text collate "und-x-icu" NOT NULL,
	"date" date NOT NULL,
	"time" text NOT NULL,
	"duration_minutes" integer DEFAULT 30 NOT NULL,
	"reason" text NOT NULL,
	"status" text DEFAULT 'SCHEDULED' NOT NULL,
	"notes" text,
	"starts_at" timestamp(3) with time zone NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL,
	"reminder_minutes" integer,
	"remind_at" timestamp(3) with time zone,
	"reminded_at" timestamp(3) with time zone,
	"search_text" text GENERATED ALWAYS AS (crm_fold(contact_name || ' ' || reason || ' ' || coalesce(notes, ''))) STORED,
	CONSTRAINT "visits_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "storage_removals" ADD CONSTRAINT "storage_removals_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_attached_to_id_fk" FOREIGN KEY ("workspace_id","attached_to_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoice_series" ADD CONSTRAINT "invoice_series_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_related_id_fk" FOREIGN KEY ("workspace_id","related_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_project_manager_id_fk" FOREIGN KEY ("workspace_id","project_manager_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_deal_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_company_id_fk" FOREIGN KEY ("workspace_id","company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "visits" ADD CONSTRAINT "visits_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "storage_removals_due" ON "storage_removals" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "files_workspace_id_updated_at_id_index" ON "files" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_created_at_id_index" ON "files" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_deleted_at_id_index" ON "files" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_attached_to_id_index" ON "files" USING btree ("workspace_id","attached_to_id");--> statement-breakpoint
CREATE INDEX "files_workspace_id_created_by_id_index" ON "files" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "files_search" ON "files" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_updated_at_id_index" ON "invoices" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_created_at_id_index" ON "invoices" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_deleted_at_id_index" ON "invoices" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_related_id_index" ON "invoices" USING btree ("workspace_id","related_id");--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_created_by_id_index" ON "invoices" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_live_number" ON "invoices" USING btree ("workspace_id","invoice_number") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_number" ON "invoices" USING btree ("workspace_id","invoice_number");--> statement-breakpoint
CREATE INDEX "invoices_status" ON "invoices" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_dated" ON "invoices" USING btree ("workspace_id","dated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_open" ON "invoices" USING btree ("workspace_id","due_at") WHERE status in ('SENT', 'OVERDUE') and deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_search" ON "invoices" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "projects_workspace_id_updated_at_id_index" ON "projects" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_workspace_id_created_at_id_index" ON "projects" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_workspace_id_deleted_at_id_index" ON "projects" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "projects_workspace_id_owner_id_index" ON "projects" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_project_manager_id_index" ON "projects" USING btree ("workspace_id","project_manager_id");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_deal_id_index" ON "projects" USING btree ("workspace_id","deal_id");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_company_id_index" ON "projects" USING btree ("workspace_id","company_id");--> statement-breakpoint
CREATE INDEX "projects_workspace_id_created_by_id_index" ON "projects" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "projects_status" ON "projects" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_due" ON "projects" USING btree ("workspace_id","due_date","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_title" ON "projects" USING btree ("workspace_id",crm_fold(name)) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "projects_search" ON "projects" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "visits_workspace_id_updated_at_id_index" ON "visits" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_created_at_id_index" ON "visits" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_deleted_at_id_index" ON "visits" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "visits_workspace_id_owner_id_index" ON "visits" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_contact_id_index" ON "visits" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "visits_workspace_id_created_by_id_index" ON "visits" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "visits_day" ON "visits" USING btree ("workspace_id","date","time","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_time" ON "visits" USING btree ("workspace_id","starts_at") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_reminders" ON "visits" USING btree ("starts_at") WHERE status = 'SCHEDULED' and reminded_at is null and deleted_at is null;--> statement-breakpoint
CREATE INDEX "visits_search" ON "visits" USING gin ("workspace_id","search_text" gin_trgm_ops);