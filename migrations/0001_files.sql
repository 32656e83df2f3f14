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
ALTER TABLE "storage_removals" ADD CONSTRAINT "storage_removals_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_attached_to_id_fk" FOREIGN KEY ("workspace_id","attached_to_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "storage_removals_due" ON "storage_removals" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "files_workspace_id_updated_at_id_index" ON "files" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_created_at_id_index" ON "files" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_deleted_at_id_index" ON "files" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "files_workspace_id_attached_to_id_index" ON "files" USING btree ("workspace_id","attached_to_id");--> statement-breakpoint
CREATE INDEX "files_workspace_id_created_by_id_index" ON "files" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "files_search" ON "files" USING gin ("workspace_id","search_text" gin_trgm_ops);