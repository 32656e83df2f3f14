CREATE TABLE "event_cursors" (
	"follower" text PRIMARY KEY NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"gap_before" text
);
--> statement-breakpoint
CREATE TABLE "events" (
	"workspace_id" uuid NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"entity_type" text NOT NULL,
	"entity_id" uuid NOT NULL,
	"changes" jsonb DEFAULT '{}' NOT NULL,
	"cause_id" uuid,
	"ip" "inet",
	"user_agent" text,
	"request_id" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_workspace_id_seq_pk" PRIMARY KEY("workspace_id","seq")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"headers" jsonb,
	"body" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_workspace_id_user_id_key_pk" PRIMARY KEY("workspace_id","user_id","key")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"removed_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "memberships_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "memberships_user" UNIQUE("workspace_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "record_counts" (
	"workspace_id" uuid NOT NULL,
	"type" text NOT NULL,
	"live" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "record_counts_workspace_id_type_pk" PRIMARY KEY("workspace_id","type")
);
--> statement-breakpoint
CREATE TABLE "records" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"owner_id" uuid,
	"created_by_id" uuid,
	"assignee_id" uuid,
	"parent_id" uuid,
	"deleted_at" timestamp(3) with time zone,
	"deleted_by_id" uuid,
	CONSTRAINT "records_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"user_agent" text,
	"ip" "inet",
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	CONSTRAINT "sessions_token" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"email" text NOT NULL,
	"password_hash" text,
	"email_verified_at" timestamp(3) with time zone,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"slug" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"settings" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "workspaces_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"type" text NOT NULL,
	"direction" text DEFAULT 'OUTBOUND' NOT NULL,
	"subject" text,
	"content" text,
	"duration_minutes" integer,
	"occurred_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"contact_id" uuid,
	"deal_id" uuid,
	"company_id" uuid,
	"sentiment_score" numeric(4, 3),
	"objections" text[] DEFAULT '{}' NOT NULL,
	"competitors" text[] DEFAULT '{}' NOT NULL,
	"next_steps" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(coalesce(subject, '') || ' ' || coalesce(content, ''))) STORED,
	CONSTRAINT "interactions_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "companies" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"name" text collate "und-x-icu" NOT NULL,
	"domain" text,
	"industry" text,
	"size" text,
	"website" text,
	"annual_revenue" numeric(15, 2),
	"employee_count" integer,
	"billing_address" jsonb,
	"shipping_address" jsonb,
	"status" text DEFAULT 'PROSPECT' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(domain, '') || ' ' || coalesce(industry, ''))) STORED,
	CONSTRAINT "companies_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"first_name" text collate "und-x-icu" DEFAULT '' NOT NULL,
	"last_name" text collate "und-x-icu" DEFAULT '' NOT NULL,
	"job_title" text,
	"department" text,
	"email" text,
	"phone" text,
	"mobile" text,
	"phone_e164" text,
	"mobile_e164" text,
	"company_id" uuid,
	"customer_type" text,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"lead_source" text,
	"lead_score" integer,
	"engagement_score" integer DEFAULT 0 NOT NULL,
	"last_interaction_at" timestamp(3) with time zone,
	"social_profiles" jsonb,
	"preferences" jsonb,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone_e164, phone, '') || ' ' || coalesce(mobile_e164, mobile, '') || ' ' || coalesce(job_title, ''))) STORED,
	CONSTRAINT "contacts_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "custom_fields" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"entity" text NOT NULL,
	"key" text NOT NULL,
	"label" text NOT NULL,
	"type" text NOT NULL,
	"options" text[] DEFAULT '{}' NOT NULL,
	"required" boolean DEFAULT false NOT NULL,
	CONSTRAINT "custom_fields_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "deal_contacts" (
	"workspace_id" uuid NOT NULL,
	"deal_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "deal_contacts_workspace_id_deal_id_contact_id_pk" PRIMARY KEY("workspace_id","deal_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "deal_stage_history" (
	"workspace_id" uuid NOT NULL,
	"deal_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"stage_id" uuid NOT NULL,
	"entered_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "deal_stage_history_workspace_id_deal_id_id_pk" PRIMARY KEY("workspace_id","deal_id","id")
);
--> statement-breakpoint
CREATE TABLE "deals" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"title" text collate "und-x-icu" NOT NULL,
	"amount" numeric(15, 2) DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"stage_id" uuid NOT NULL,
	"status" text NOT NULL,
	"probability" integer,
	"company_id" uuid,
	"primary_contact_id" uuid,
	"contact_ids" uuid[] DEFAULT '{}' NOT NULL,
	"expected_close_date" date,
	"actual_close_date" date,
	"source" text,
	"lost_reason" text,
	"description" text,
	"stage_entered_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp(3) with time zone,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(title || ' ' || coalesce(source, ''))) STORED,
	CONSTRAINT "deals_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "import_errors" (
	"workspace_id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"row_number" bigint NOT NULL,
	"issues" jsonb NOT NULL,
	"cells" jsonb NOT NULL,
	CONSTRAINT "import_errors_workspace_id_import_id_row_number_pk" PRIMARY KEY("workspace_id","import_id","row_number")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"entity" text NOT NULL,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"dry_run" boolean DEFAULT false NOT NULL,
	"filename" text,
	"size_bytes" bigint,
	"on_duplicate" text DEFAULT 'skip' NOT NULL,
	"match_by" text,
	"mapping" jsonb DEFAULT '{}' NOT NULL,
	"unmapped" text[] DEFAULT '{}' NOT NULL,
	"options" jsonb DEFAULT '{}' NOT NULL,
	"total" integer,
	"processed" integer DEFAULT 0 NOT NULL,
	"created" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"undone" integer DEFAULT 0 NOT NULL,
	"undo_kept" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"undo_started_at" timestamp(3) with time zone,
	"undo_seq" bigint,
	"error" text,
	"purged_at" timestamp(3) with time zone,
	CONSTRAINT "imports_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "leads" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"owner_id" uuid,
	"name" text collate "und-x-icu" NOT NULL,
	"email" text,
	"company" text collate "und-x-icu",
	"phone" text,
	"phone_e164" text,
	"stage" text DEFAULT 'NEW' NOT NULL,
	"source" text,
	"notes" text,
	"score" integer,
	"converted_at" timestamp(3) with time zone,
	"converted_contact_id" uuid,
	"converted_company_id" uuid,
	"converted_deal_id" uuid,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(name || ' ' || coalesce(email, '') || ' ' || coalesce(company, '') || ' ' || coalesce(phone_e164, phone, ''))) STORED,
	CONSTRAINT "leads_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"body" text NOT NULL,
	"author_id" uuid,
	"is_pinned" boolean DEFAULT false NOT NULL,
	"related_type" text,
	"related_id" uuid,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(body)) STORED,
	CONSTRAINT "notes_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "invites" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"created_by_id" uuid,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"accepted_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invites_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "login_attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"locked_until" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "mail_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "two_factors" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"sealed_secret" text NOT NULL,
	"enabled_at" timestamp(3) with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"recovery_hashes" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "used_refresh_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"used_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pipelines" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	CONSTRAINT "pipelines_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "stages" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"pipeline_id" uuid NOT NULL,
	"name" text collate "und-x-icu" NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"probability" integer DEFAULT 0 NOT NULL,
	"kind" text DEFAULT 'OPEN' NOT NULL,
	"rotting_days" integer,
	CONSTRAINT "stages_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"title" text collate "und-x-icu" NOT NULL,
	"description" text,
	"type" text DEFAULT 'TODO' NOT NULL,
	"priority" text DEFAULT 'MEDIUM' NOT NULL,
	"due_at" timestamp(3) with time zone,
	"completed_at" timestamp(3) with time zone,
	"assignee_id" uuid,
	"related_type" text,
	"related_id" uuid,
	"progress" text DEFAULT 'PENDING' NOT NULL,
	"status" text GENERATED ALWAYS AS (case when progress in ('COMPLETED', 'CANCELLED') then 'DONE' else 'OPEN' end) STORED NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"custom_fields" jsonb DEFAULT '{}' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(title || ' ' || coalesce(description, ''))) STORED,
	CONSTRAINT "tasks_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "records" ADD CONSTRAINT "records_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_deal_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_company_id_fk" FOREIGN KEY ("workspace_id","company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "companies" ADD CONSTRAINT "companies_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "companies" ADD CONSTRAINT "companies_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "companies" ADD CONSTRAINT "companies_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_company_id_fk" FOREIGN KEY ("workspace_id","company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "custom_fields" ADD CONSTRAINT "custom_fields_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "custom_fields" ADD CONSTRAINT "custom_fields_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_contacts" ADD CONSTRAINT "deal_contacts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_contacts" ADD CONSTRAINT "deal_contacts_workspace_id_deal_id_records_workspace_id_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_contacts" ADD CONSTRAINT "deal_contacts_workspace_id_contact_id_records_workspace_id_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_stage_history" ADD CONSTRAINT "deal_stage_history_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_stage_history" ADD CONSTRAINT "deal_stage_history_workspace_id_deal_id_records_workspace_id_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_stage_history" ADD CONSTRAINT "deal_stage_history_workspace_id_stage_id_records_workspace_id_id_fk" FOREIGN KEY ("workspace_id","stage_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_pipeline_id_fk" FOREIGN KEY ("workspace_id","pipeline_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_company_id_fk" FOREIGN KEY ("workspace_id","company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_primary_contact_id_fk" FOREIGN KEY ("workspace_id","primary_contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deals" ADD CONSTRAINT "deals_stage_id_fk" FOREIGN KEY ("workspace_id","stage_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_errors" ADD CONSTRAINT "import_errors_import_fk" FOREIGN KEY ("workspace_id","import_id") REFERENCES "public"."imports"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_owner_id_fk" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_converted_contact_id_fk" FOREIGN KEY ("workspace_id","converted_contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_converted_company_id_fk" FOREIGN KEY ("workspace_id","converted_company_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_converted_deal_id_fk" FOREIGN KEY ("workspace_id","converted_deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_author_id_fk" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_related_id_fk" FOREIGN KEY ("workspace_id","related_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invites" ADD CONSTRAINT "invites_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invites" ADD CONSTRAINT "invites_created_by_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_tokens" ADD CONSTRAINT "mail_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "two_factors" ADD CONSTRAINT "two_factors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "used_refresh_tokens" ADD CONSTRAINT "used_refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipelines" ADD CONSTRAINT "pipelines_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipelines" ADD CONSTRAINT "pipelines_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stages" ADD CONSTRAINT "stages_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stages" ADD CONSTRAINT "stages_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stages" ADD CONSTRAINT "stages_pipeline_id_fk" FOREIGN KEY ("workspace_id","pipeline_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_assignee_id_fk" FOREIGN KEY ("workspace_id","assignee_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_related_id_fk" FOREIGN KEY ("workspace_id","related_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_seq" ON "events" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "events_entity" ON "events" USING btree ("workspace_id","entity_id","created_at");--> statement-breakpoint
CREATE INDEX "events_time" ON "events" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE INDEX "events_actor" ON "events" USING btree ("workspace_id","actor_id","created_at");--> statement-breakpoint
CREATE INDEX "events_cause" ON "events" USING btree ("workspace_id","cause_id","seq") WHERE cause_id is not null;--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "memberships_user_id_index" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "records_deleted" ON "records" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "records_parent" ON "records" USING btree ("workspace_id","parent_id") WHERE parent_id is not null;--> statement-breakpoint
CREATE INDEX "sessions_user_id_index" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at_index" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "interactions_workspace_id_updated_at_id_index" ON "interactions" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "interactions_workspace_id_created_at_id_index" ON "interactions" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "interactions_workspace_id_deleted_at_id_index" ON "interactions" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "interactions_workspace_id_created_by_id_index" ON "interactions" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "interactions_contact" ON "interactions" USING btree ("workspace_id","contact_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "interactions_deal" ON "interactions" USING btree ("workspace_id","deal_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "interactions_company" ON "interactions" USING btree ("workspace_id","company_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "interactions_time" ON "interactions" USING btree ("workspace_id","occurred_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "interactions_search" ON "interactions" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "companies_workspace_id_updated_at_id_index" ON "companies" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_workspace_id_created_at_id_index" ON "companies" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_workspace_id_deleted_at_id_index" ON "companies" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "companies_workspace_id_owner_id_index" ON "companies" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "companies_workspace_id_created_by_id_index" ON "companies" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "companies_workspace_id_name_id_index" ON "companies" USING btree ("workspace_id","name","id");--> statement-breakpoint
CREATE INDEX "companies_title" ON "companies" USING btree ("workspace_id",crm_fold(name)) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_domain" ON "companies" USING btree ("workspace_id",crm_fold(domain)) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "companies_search" ON "companies" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_updated_at_id_index" ON "contacts" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_created_at_id_index" ON "contacts" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_deleted_at_id_index" ON "contacts" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_owner_id_index" ON "contacts" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_company_id_index" ON "contacts" USING btree ("workspace_id","company_id");--> statement-breakpoint
CREATE INDEX "contacts_workspace_id_created_by_id_index" ON "contacts" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "contacts_email" ON "contacts" USING btree ("workspace_id","email");--> statement-breakpoint
CREATE INDEX "contacts_name" ON "contacts" USING btree ("workspace_id","last_name","first_name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_status" ON "contacts" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_touched" ON "contacts" USING btree ("workspace_id","last_interaction_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_title" ON "contacts" USING btree ("workspace_id",crm_fold(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')))) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "custom_fields_workspace_id_updated_at_id_index" ON "custom_fields" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "custom_fields_workspace_id_created_at_id_index" ON "custom_fields" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "custom_fields_workspace_id_deleted_at_id_index" ON "custom_fields" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "custom_fields_workspace_id_created_by_id_index" ON "custom_fields" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "custom_fields_key" ON "custom_fields" USING btree ("workspace_id","entity","key") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deal_contacts_contact" ON "deal_contacts" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_updated_at_id_index" ON "deals" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_workspace_id_created_at_id_index" ON "deals" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_workspace_id_deleted_at_id_index" ON "deals" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "deals_workspace_id_owner_id_index" ON "deals" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_pipeline_id_index" ON "deals" USING btree ("workspace_id","pipeline_id");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_company_id_index" ON "deals" USING btree ("workspace_id","company_id");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_primary_contact_id_index" ON "deals" USING btree ("workspace_id","primary_contact_id");--> statement-breakpoint
CREATE INDEX "deals_workspace_id_created_by_id_index" ON "deals" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "deals_column" ON "deals" USING btree ("workspace_id","stage_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_status" ON "deals" USING btree ("workspace_id","status","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_title" ON "deals" USING btree ("workspace_id","title","id");--> statement-breakpoint
CREATE INDEX "deals_amount" ON "deals" USING btree ("workspace_id","amount","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_expected" ON "deals" USING btree ("workspace_id","expected_close_date","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_board" ON "deals" USING btree ("workspace_id","stage_id","currency","amount","probability","owner_id","created_by_id") WHERE status = 'OPEN' and deleted_at is null;--> statement-breakpoint
CREATE INDEX "deals_contacts" ON "deals" USING gin ("workspace_id","contact_ids");--> statement-breakpoint
CREATE INDEX "deals_search" ON "deals" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "imports_workspace_id_updated_at_id_index" ON "imports" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "imports_workspace_id_created_at_id_index" ON "imports" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "imports_workspace_id_deleted_at_id_index" ON "imports" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "imports_workspace_id_created_by_id_index" ON "imports" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_updated_at_id_index" ON "leads" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_workspace_id_created_at_id_index" ON "leads" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_workspace_id_deleted_at_id_index" ON "leads" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "leads_workspace_id_owner_id_index" ON "leads" USING btree ("workspace_id","owner_id");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_converted_contact_id_index" ON "leads" USING btree ("workspace_id","converted_contact_id");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_converted_company_id_index" ON "leads" USING btree ("workspace_id","converted_company_id");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_converted_deal_id_index" ON "leads" USING btree ("workspace_id","converted_deal_id");--> statement-breakpoint
CREATE INDEX "leads_workspace_id_created_by_id_index" ON "leads" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "leads_stage" ON "leads" USING btree ("workspace_id","stage","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_email" ON "leads" USING btree ("workspace_id","email");--> statement-breakpoint
CREATE INDEX "leads_name" ON "leads" USING btree ("workspace_id","name","id");--> statement-breakpoint
CREATE INDEX "leads_search" ON "leads" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "notes_workspace_id_updated_at_id_index" ON "notes" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "notes_workspace_id_created_at_id_index" ON "notes" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "notes_workspace_id_deleted_at_id_index" ON "notes" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "notes_workspace_id_author_id_index" ON "notes" USING btree ("workspace_id","author_id");--> statement-breakpoint
CREATE INDEX "notes_workspace_id_related_id_index" ON "notes" USING btree ("workspace_id","related_id");--> statement-breakpoint
CREATE INDEX "notes_workspace_id_created_by_id_index" ON "notes" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "notes_search" ON "notes" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "invites_pending" ON "invites" USING btree ("workspace_id","email") WHERE accepted_at is null and revoked_at is null;--> statement-breakpoint
CREATE INDEX "login_attempts_since_index" ON "login_attempts" USING btree ("since");--> statement-breakpoint
CREATE INDEX "mail_tokens_user_id_purpose_created_at_index" ON "mail_tokens" USING btree ("user_id","purpose","created_at");--> statement-breakpoint
CREATE INDEX "mail_tokens_expires_at_index" ON "mail_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "used_refresh_tokens_session_id_index" ON "used_refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "used_refresh_tokens_used_at_index" ON "used_refresh_tokens" USING btree ("used_at");--> statement-breakpoint
CREATE INDEX "pipelines_workspace_id_updated_at_id_index" ON "pipelines" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "pipelines_workspace_id_created_at_id_index" ON "pipelines" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "pipelines_workspace_id_deleted_at_id_index" ON "pipelines" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "pipelines_workspace_id_created_by_id_index" ON "pipelines" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "pipelines_default" ON "pipelines" USING btree ("workspace_id") WHERE is_default and deleted_at is null;--> statement-breakpoint
CREATE INDEX "stages_workspace_id_updated_at_id_index" ON "stages" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "stages_workspace_id_created_at_id_index" ON "stages" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "stages_workspace_id_deleted_at_id_index" ON "stages" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "stages_workspace_id_pipeline_id_index" ON "stages" USING btree ("workspace_id","pipeline_id");--> statement-breakpoint
CREATE INDEX "stages_workspace_id_created_by_id_index" ON "stages" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "stages_order" ON "stages" USING btree ("workspace_id","pipeline_id","position","id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_updated_at_id_index" ON "tasks" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_created_at_id_index" ON "tasks" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_deleted_at_id_index" ON "tasks" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_assignee_id_index" ON "tasks" USING btree ("workspace_id","assignee_id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_related_id_index" ON "tasks" USING btree ("workspace_id","related_id");--> statement-breakpoint
CREATE INDEX "tasks_workspace_id_created_by_id_index" ON "tasks" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "tasks_due" ON "tasks" USING btree ("workspace_id","due_at","created_at" DESC NULLS LAST,"id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "tasks_assigned" ON "tasks" USING btree ("workspace_id","assignee_id","status","due_at");--> statement-breakpoint
CREATE INDEX "tasks_search" ON "tasks" USING gin ("workspace_id","search_text" gin_trgm_ops);