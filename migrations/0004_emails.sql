CREATE TABLE "emails" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"direction" text DEFAULT 'OUTBOUND' NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"reason" text,
	"contact_id" uuid,
	"deal_id" uuid,
	"template_id" uuid,
	"interaction_id" uuid,
	"from_address" text,
	"to_address" text,
	"subject" text,
	"body" text,
	"body_html" text,
	"message_id" text,
	"in_reply_to" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"search_text" text GENERATED ALWAYS AS (crm_fold(coalesce(subject, '') || ' ' || coalesce(to_address, ''))) STORED,
	CONSTRAINT "emails_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "unsubscribes" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"email" text NOT NULL,
	"reason" text,
	"source" text DEFAULT 'MANUAL' NOT NULL,
	"search_text" text GENERATED ALWAYS AS (crm_fold(email || ' ' || coalesce(reason, ''))) STORED,
	CONSTRAINT "unsubscribes_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_contact_id_fk" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_deal_id_fk" FOREIGN KEY ("workspace_id","deal_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_template_id_fk" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_interaction_id_fk" FOREIGN KEY ("workspace_id","interaction_id") REFERENCES "public"."records"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unsubscribes" ADD CONSTRAINT "unsubscribes_created_by_id_fk" FOREIGN KEY ("workspace_id","created_by_id") REFERENCES "public"."memberships"("workspace_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_updated_at_id_index" ON "emails" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_created_at_id_index" ON "emails" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_deleted_at_id_index" ON "emails" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "emails_workspace_id_contact_id_index" ON "emails" USING btree ("workspace_id","contact_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_deal_id_index" ON "emails" USING btree ("workspace_id","deal_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_template_id_index" ON "emails" USING btree ("workspace_id","template_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_interaction_id_index" ON "emails" USING btree ("workspace_id","interaction_id");--> statement-breakpoint
CREATE INDEX "emails_workspace_id_created_by_id_index" ON "emails" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE INDEX "emails_message" ON "emails" USING btree ("workspace_id","message_id");--> statement-breakpoint
CREATE INDEX "emails_search" ON "emails" USING gin ("workspace_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_updated_at_id_index" ON "unsubscribes" USING btree ("workspace_id","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_created_at_id_index" ON "unsubscribes" USING btree ("workspace_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_deleted_at_id_index" ON "unsubscribes" USING btree ("workspace_id","deleted_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "unsubscribes_workspace_id_created_by_id_index" ON "unsubscribes" USING btree ("workspace_id","created_by_id");--> statement-breakpoint
CREATE UNIQUE INDEX "unsubscribes_live_email" ON "unsubscribes" USING btree ("workspace_id","email") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "unsubscribes_search" ON "unsubscribes" USING gin ("workspace_id","search_text" gin_trgm_ops);