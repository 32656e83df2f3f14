CREATE TABLE "embedding_due" (
	"workspace_id" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"record_type" text NOT NULL,
	"due_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "embedding_due_workspace_id_record_id_pk" PRIMARY KEY("workspace_id","record_id")
);
--> statement-breakpoint
CREATE TABLE "embedding_states" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"model" text,
	"is_stale" boolean DEFAULT false NOT NULL,
	"rarity" text,
	"documents" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "embedding_states_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "embeddings" (
	"workspace_id" uuid NOT NULL,
	"model" text NOT NULL,
	"record_type" text NOT NULL,
	"record_id" uuid NOT NULL,
	"vector" halfvec(768) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "embeddings_workspace_id_model_record_type_record_id_pk" PRIMARY KEY("workspace_id","model","record_type","record_id")
);
--> statement-breakpoint
CREATE INDEX "embedding_due_next" ON "embedding_due" USING btree ("due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "embedding_states_one" ON "embedding_states" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "embedding_states_stale" ON "embedding_states" USING btree ("workspace_id") WHERE is_stale;--> statement-breakpoint
CREATE INDEX "embeddings_of_record" ON "embeddings" USING btree ("workspace_id","record_id");