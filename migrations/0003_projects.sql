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
ALTER TABLE "projects" ADD CONSTRAINT "projects_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_project_manager_id_fk" FOREIGN KEY ("workspace_id","project_manager_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_deal_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_company_id_fk" FOREIGN KEY ("workspace_id","company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
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
CREATE INDEX "projects_search" ON "projects" USING gin ("workspace_id","search_text" gin_trgm_ops);