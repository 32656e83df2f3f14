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
ALTER TABLE "invoice_series" ADD CONSTRAINT "invoice_series_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_related_id_fk" FOREIGN KEY ("workspace_id","related_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_updated_at_id_index" ON "invoices" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_created_at_id_index" ON "invoices" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_deleted_at_id_index" ON "invoices" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_related_id_index" ON "invoices" USING btree ("workspace_id","related_id");--> statement-breakpoint
CREATE INDEX "invoices_workspace_id_created_by_id_index" ON "invoices" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_number" ON "invoices" USING btree ("workspace_id","invoice_number");--> statement-breakpoint
CREATE INDEX "invoices_dated" ON "invoices" USING btree ("workspace_id","dated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_open" ON "invoices" USING btree ("workspace_id","due_at") WHERE status in ('SENT', 'OVERDUE') and deleted_at is null;--> statement-breakpoint
CREATE INDEX "invoices_search" ON "invoices" USING gin ("workspace_id","search_text" gin_trgm_ops);